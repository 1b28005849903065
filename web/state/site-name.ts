/** The site's name, as the page carries it: known before anything is asked for. */
export const siteName = document.querySelector<HTMLMetaElement>('meta[name="application-name"]')?.content || "Flack";
