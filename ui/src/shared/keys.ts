import type { KeyboardEvent as ReactKeyboardEvent } from "react";

const mac = () => /Mac|iPhone|iPad/.test(navigator.platform);

/** What the person's keyboard calls Mod. */
export function modifier(): string {
  return mac() ? "⌘" : "Ctrl";
}

export function isMod(event: KeyboardEvent | ReactKeyboardEvent): boolean {
  return mac() ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
}

/**
 * True while an input method composes. WebKit's Enter that commits Hangul says `isComposing: false` but keeps
 * keyCode 229, so both are asked; acting on it would submit a half-typed word.
 */
export function isComposing(event: KeyboardEvent | ReactKeyboardEvent): boolean {
  const native = "nativeEvent" in event ? event.nativeEvent : event;
  return native.isComposing || native.keyCode === 229;
}

/** The letter of a key whatever the layout says: with a Hangul layout the G key types "ㅎ" and still means `g`. */
export function letterOf(event: KeyboardEvent): string {
  const latin = /^Key([A-Z])$/.exec(event.code)?.[1];
  return latin && !/^[\x20-\x7e]$/.test(event.key) ? latin.toLowerCase() : event.key;
}

/** Inputs that are pressed, not typed into. */
const PRESSED = /^(radio|checkbox|button|submit|reset|file|range|color|image)$/;

/** Letters typed into a field are text, not shortcuts. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !PRESSED.test(target.type);
  return target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName);
}

/** An open menu or list of choices has the keys: nothing behind it is meant. */
export function isInMenu(event: KeyboardEvent): boolean {
  const open = '[role="menu"], [role="listbox"], [aria-haspopup][aria-expanded="true"]';
  return event.target instanceof Element && event.target.closest(open) !== null;
}
