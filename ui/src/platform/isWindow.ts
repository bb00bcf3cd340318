/** Whether the page is shown by the app, not by a browser. */
export const isWindow = () => "__TAURI_INTERNALS__" in window;
