// Runs before the bundle is parsed, so that a dark window never flashes white. The theme is remembered by app/theme.ts.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem("weir.theme");
  } catch {
    // Storage may be denied; the system's preference is a fair answer.
  }
  const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("weir-dark", dark);
})();
