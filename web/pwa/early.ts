/**
 * Runs before anything is painted and before the app is there: no page flashes, and the server is asked at once.
 * A plain script: it imports nothing, and knows as little of the app as it can.
 */
(() => {
  const page = document.documentElement;
  const kept = (name: string): string => {
    try {
      return localStorage.getItem(`flack.${name}`) ?? "";
    } catch {
      return ""; // storage is refused: the system decides
    }
  };
  page.dataset["theme"] = kept("theme");
  page.dataset["density"] = kept("density");
  page.style.setProperty("--rail-width", kept("rail-width"));
  page.lang =
    [kept("language"), ...navigator.languages]
      .map((tag) => tag.slice(0, 2))
      .find((tag) => /en|es|de|fr|ja|ar/.test(tag)) ?? "en";
  page.dir = page.lang === "ar" ? "rtl" : "ltr";

  // A known person goes to where the address says, or to where they were: the app takes these sockets over. Ids of version 0.1, which
  // the server knows no more, have 22 characters.
  const [, id] = /"id":"([\w-]{23,})"/.exec(kept("person")) ?? [];
  const path = location.pathname === "/" ? kept(`${id}.place`) : location.pathname;
  const [, kind, name] = /^\/([cd])\/([^/]+)/.exec(path) ?? [];
  if (id && name && !location.hash) {
    const channel = kind === "c" ? name : encodeURIComponent([id, name].sort().join("~"));
    globalThis.earlySockets = new Map(
      ["/api/directory/socket", `/api/channels/${channel}/socket`].map((address) => {
        const url = new URL(address, location.href).href.replace(/^http/, "ws");
        const heard: string[] = [];
        const socket = new WebSocket(url);
        socket.onmessage = ({ data }) => heard.push(data);
        return [url, { socket, heard }];
      }),
    );
  }
  // A person needs the Markdown parser as soon as there are messages; a newcomer sees another screen first.
  for (const link of document.querySelectorAll<HTMLLinkElement>(id ? ".member" : ".newcomer"))
    link.rel = link.as ? "preload" : "modulepreload";
})();
