import { describe, expect, it } from "vitest";
import * as format from "./format";

describe("bytes", () => {
  it.each([
    ["0", "0 B"],
    ["999", "999 B"],
    ["1000", "1,000 B"],
    ["1030750", "1,007 KiB"],
    ["1024", "1 KiB"],
    ["1331439862", "1.24 GiB"],
    ["13002342", "12.4 MiB"],
    ["9223372036854775807", "8 EiB"],
  ])("%s is %s", (value, text) => expect(format.bytes(value)).toBe(text));
  it("says none with a dash", () => expect(format.bytes(null)).toBe("-"));
});

describe("count", () => {
  it("groups thousands and keeps all digits of 64 bits", () => {
    expect(format.count("9223372036854775807")).toBe("9,223,372,036,854,775,807");
    expect(format.count(1204)).toBe("1,204");
    expect(format.count("-1234")).toBe("-1,234");
  });
});

describe("offset", () => {
  it("shows every digit, ungrouped", () => {
    expect(format.offset("9223372036854775807")).toBe("9223372036854775807");
    expect(format.offset(null)).toBe("-");
  });
});

describe("ungrouped", () => {
  it.each([
    ["2,240", "2240"],
    ["2 240", "2240"],
    ["2\u2009240\u202f000", "2240000"],
    ["-1,000", "-1000"],
    [" 12 ", "12"],
    ["1,2", "1,2"],
    ["2,240 000", "2240000"],
  ])("%s is %s", (typed, text) => expect(format.ungrouped(typed)).toBe(text));
});

describe("short", () => {
  it.each([
    [0, "0"],
    [3.21, "3.2"],
    [42.4, "42"],
    [842, "842"],
    [1204, "1,204"],
    [12_400, "12.4k"],
    [2_500_000, "2.50M"],
  ])("%s is %s", (value, text) => expect(format.short(value)).toBe(text));
});

describe("duration", () => {
  it.each([
    [340, "340 ms"],
    [2100, "2.1 s"],
    [250_000, "4 min 10 s"],
    [604_800_000, "7 d"],
    [90_000_000, "1 d 1 h"],
  ])("%s ms is %s", (ms, text) => expect(format.duration(ms)).toBe(text));
});

describe("units of time", () => {
  it("are the window's language", () => {
    format.setTimeUnits("ko");
    expect(format.duration(250_000)).toBe("4분 10초");
    expect(format.retention("60000")).toBe("1분");
    format.setTimeUnits("en");
    expect(format.duration(60_000)).toBe("1 min");
  });
});

describe("configEcho", () => {
  it("says units that the key's name tells", () => {
    expect(format.configEcho("retention.ms", "604800000")).toBe("7 d");
    expect(format.configEcho("segment.bytes", "1073741824")).toBe("1 GiB");
    expect(format.configEcho("flush.ms", "9223372036854775807")).toBe("∞");
    expect(format.configEcho("retention.bytes", "-1")).toBeNull();
    expect(format.configEcho("min.insync.replicas", "2")).toBeNull();
    expect(format.configEcho("cleanup.policy", "delete")).toBeNull();
  });
});

describe("retention", () => {
  it("reads what Kafka says", () => {
    expect(format.retention("3600000")).toBe("1 h");
    expect(format.retention("604800000")).toBe("7 d");
    expect(format.retention("-1")).toBe("∞");
    expect(format.retention(null)).toBe("-");
  });
});

describe("instant", () => {
  it("shows milliseconds in UTC", () =>
    expect(format.instant("1795428902123", "utc")).toBe("2026-11-23 10:15:02.123"));
});

describe("compareI64", () => {
  it("tells neighbours above 2^53 apart", () => {
    expect(format.compareI64("9007199254740993", "9007199254740992")).toBe(1);
    expect(format.compareI64("9007199254740992", "9007199254740992")).toBe(0);
  });
});

describe("middle", () => {
  it("keeps both ends", () => expect(format.middle("abcdefghij", 5)).toBe("ab…ij"));
});
