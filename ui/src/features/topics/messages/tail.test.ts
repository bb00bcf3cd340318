import { describe, expect, it } from "vitest";
import type { MessageRow } from "~/contract/types";
import { Buffer } from "./tail";

const row = (partition: number, offset: string, timestamp = "0") =>
  ({ id: `${partition}-${offset}`, partition, offset, timestamp, aborted: false }) as MessageRow;

describe("add", () => {
  it("brings what was fetched partition by partition into the order of time", () => {
    const buffer = new Buffer();
    buffer.add([row(0, "1", "10"), row(0, "2", "30"), row(1, "1", "10"), row(1, "2", "20")], true);
    expect(buffer.rows.map((each) => each.id)).toEqual(["0-1", "1-1", "1-2", "0-2"]);
  });
});

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
