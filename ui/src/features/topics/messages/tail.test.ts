import { describe, expect, it } from "vitest";
import type { MessageRow } from "~/contract/types";
import { Buffer } from "./tail";

const row = (partition: number, offset: string) =>
  ({ id: `${partition}-${offset}`, partition, offset, aborted: false }) as MessageRow;

describe("markAborted", () => {
  it("marks rows that were drawn before, as new objects", () => {
    const buffer = new Buffer();
    const [first, second] = [row(0, "1"), row(1, "1")];
    buffer.add([first, second], true);
    buffer.markAborted([
      { partition: 1, offset: "1" },
      { partition: 0, offset: "9" },
    ]);
    expect(buffer.rows[0]).toBe(first);
    expect(buffer.rows[1]).toEqual({ ...second, aborted: true });
    expect(second.aborted).toBe(false);
    expect(buffer.shown).toBe(2);
  });
});
