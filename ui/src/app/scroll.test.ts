import { expect, it } from "vitest";
import { coversHead } from "./scroll";

it("a notice covers the head of a page that is scrolled a little", () => {
  expect(coversHead(40)).toBe(true);
  expect(coversHead(0)).toBe(false);
  expect(coversHead(900)).toBe(false);
});
