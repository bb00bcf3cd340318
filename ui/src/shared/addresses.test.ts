import { describe, expect, it } from "vitest";
import { shortAddresses } from "./addresses";
import { translator } from "./text";

describe("shortAddresses", () => {
  it("shows three, and counts the others", () => {
    const t = translator("en");
    expect(shortAddresses(t, "a:1,b:2,c:3")).toBe("a:1,b:2,c:3");
    expect(shortAddresses(t, "a:1,b:2,c:3,d:4,e:5")).toBe("a:1,b:2,c:3 and 2 more");
    expect(shortAddresses(translator("ko"), "a:1,b:2,c:3,d:4")).toBe("a:1,b:2,c:3 외 1개");
  });
});
