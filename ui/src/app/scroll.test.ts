import { expect, it } from "vitest";
import { newestOf } from "./Flashes";
import { coversHead } from "./scroll";

it("a notice covers the head of a page that is scrolled a little", () => {
  expect(coversHead(40)).toBe(true);
  expect(coversHead(0)).toBe(false);
  expect(coversHead(900)).toBe(false);
});

it("a notice that is told again has come again", () => {
  const item = { id: "produced-orders", type: "success" } as const;
  expect(newestOf([])).toBeUndefined();
  expect(newestOf([{ at: 1, item }])).not.toBe(newestOf([{ at: 2, item }]));
  expect(newestOf([{ at: 1, item }])).toBe(newestOf([{ at: 1, item }]));
});
