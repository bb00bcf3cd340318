import { expect, test } from "vitest";
import { configsOf } from "./configs";

test("lines are configurations, values may hold an equals sign", () => {
  const text = "num.partitions=6\n\n# mine\n super.users = User:ada=1 \nlog.dirs=";
  expect(configsOf(text)).toEqual({
    configs: [
      { name: "num.partitions", value: "6" },
      { name: "super.users", value: "User:ada=1" },
      { name: "log.dirs", value: "" },
    ],
    wrong: null,
  });
});

test("a line without a name or an equals sign is named", () => {
  expect(configsOf("num.partitions 6").wrong).toBe("num.partitions 6");
  expect(configsOf("a=1\n=6").wrong).toBe("=6");
  expect(configsOf("").configs).toEqual([]);
});
