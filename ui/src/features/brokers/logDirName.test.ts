import { expect, test } from "vitest";
import { logDirName } from "./logDirName";

test("a log dir is called as the last folder of its path", () => {
  expect(logDirName({ path: "/data/broker-1/log-0" })).toBe("log-0");
  expect(logDirName({ path: "/data/kafka/" })).toBe("kafka");
  expect(logDirName({ path: "log-0" })).toBe("log-0");
  expect(logDirName({ path: "/" })).toBe("/");
});
