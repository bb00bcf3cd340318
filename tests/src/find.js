// Arguments: role, name ("~text" = contains). Returns the first visible element with that role and
// accessible name. Covers the roles and naming rules that Weir's pages use (accname 1.2, in part).
const [role, wanted] = arguments;
const selectors = {
  alert: "[role=alert]",
  button: "button, [role=button], summary, input[type=submit]",
  checkbox: "input[type=checkbox]:not([role=switch]), [role=checkbox]",
  combobox: "[role=combobox], input[aria-autocomplete]",
  dialog: "[role=dialog], dialog",
  grid: "[role=grid], table",
  heading: "h1, h2, h3, h4, [role=heading]",
  link: "a[href], [role=link]",
  menuitem: "[role=menuitem], [role=menuitemcheckbox]",
  option: "[role=option]",
  radio: "input[type=radio], [role=radio]",
  row: "tr, [role=row]",
  status: "[role=status], [aria-live=polite]",
  switch: "input[role=switch], [role=switch]",
  tab: "[role=tab]",
  text: "td, dd, p, span, div, th, h1, h2, h3, li, strong, code, pre",
  textbox: "input:not([type]), input[type=text], input[type=search], input[type=number], textarea, [role=textbox], [contenteditable=true]",
};
const visible = (e) => {
  if (e.closest("[inert], [aria-hidden=true]")) return false;
  if (e.matches("input[type=checkbox], input[type=radio]")) return true;
  const box = e.getBoundingClientRect();
  return box.width > 0 && box.height > 0 && getComputedStyle(e).visibility !== "hidden";
};
const byId = (ids) => ids.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
const nameOf = (e) => {
  const labelled = e.getAttribute("aria-labelledby");
  if (labelled && byId(labelled).trim()) return byId(labelled);
  if (e.getAttribute("aria-label")) return e.getAttribute("aria-label");
  if (e.labels?.length) return [...e.labels].map((l) => l.textContent).join(" ");
  if (e.matches("input, textarea")) return e.getAttribute("placeholder") ?? e.title ?? "";
  return e.textContent || e.title || "";
};
const clean = (s) => s.replace(/\s+/g, " ").trim();
const matches = wanted.startsWith("~")
  ? (name) => name.includes(wanted.slice(1))
  : (name) => name === wanted;
const found = [...document.querySelectorAll(selectors[role] ?? `[role=${role}]`)].filter(
  (e) => visible(e) && matches(clean(nameOf(e))),
);
// Of nested candidates (text) the innermost is the one a person means.
return (role === "text" ? found.at(-1) : found[0]) ?? null;
