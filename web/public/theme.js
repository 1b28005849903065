// Before the first paint: the theme this person chose, so that no page ever flashes.
try {
  const theme = localStorage.getItem("flack.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // storage is refused: the system's theme it is
}
