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

// What the content security policy refuses, from the first script on and across reloads: a fault of Weir's own, which
// the tests ask about. The session's storage ends with the window.
(() => {
  const KEY = "weir.refused";
  const KEPT_MAX = 20;
  addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
      if (kept.length < KEPT_MAX)
        sessionStorage.setItem(KEY, JSON.stringify([...kept, `${effectiveDirective} ${blockedURI}`]));
    } catch {
      // Without storage nothing is kept; the web view's own console still says it.
    }
  });
})();
