// WebKitGTK reports the locale of a bare system (LANG=C) as the language "C", which is no language tag:
// every Intl constructor throws on it, in libraries too, as soon as they load. Import this first.
function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

if (!isLanguageTag(navigator.language)) {
  Object.defineProperty(navigator, "language", { value: "en", configurable: true });
  Object.defineProperty(navigator, "languages", { value: ["en"], configurable: true });
}

export {};
