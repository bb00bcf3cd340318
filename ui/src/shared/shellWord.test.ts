import { describe, expect, it } from "vitest";
import { shellWord } from "./shellWord";

describe("shellWord", () => {
  it("quotes what a shell would read otherwise", () => {
    expect(shellWord("shop.orders-1")).toBe("shop.orders-1");
    expect(shellWord("a b")).toBe("'a b'");
    expect(shellWord("it's")).toBe("'it'\\''s'");
    expect(shellWord("")).toBe("''");
  });
});
