// @vitest-environment jsdom
import { afterEach, describe, expect, it } from "vitest";
import { isInMenu, isTyping } from "./keys";

function pressedIn(html: string, selector: string): KeyboardEvent {
  document.body.innerHTML = html;
  const event = new KeyboardEvent("keydown", { key: "g", bubbles: true });
  document.querySelector(selector)?.dispatchEvent(event);
  return event;
}

afterEach(() => {
  document.body.innerHTML = "";
});

describe("isTyping", () => {
  it.each([
    ['<input type="text">', true],
    ["<input>", true],
    ['<input type="search">', true],
    ['<input type="number">', true],
    ["<textarea></textarea>", true],
    ["<select></select>", true],
    ['<input type="radio">', false],
    ['<input type="checkbox">', false],
    ["<button></button>", false],
  ])("in %s: %s", (html, typing) => expect(isTyping(pressedIn(html, "body > *"))).toBe(typing));
});

describe("isInMenu", () => {
  it("knows an open menu and its button", () => {
    expect(isInMenu(pressedIn('<ul role="menu"><li role="menuitem"></li></ul>', "li"))).toBe(true);
    expect(isInMenu(pressedIn('<button aria-haspopup="true" aria-expanded="true">', "button"))).toBe(true);
    expect(isInMenu(pressedIn('<button aria-haspopup="true" aria-expanded="false">', "button"))).toBe(false);
    expect(isInMenu(pressedIn('<input type="radio">', "input"))).toBe(false);
  });
});
