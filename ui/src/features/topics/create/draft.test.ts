import { expect, it } from "vitest";
import type { TopicDefaults } from "~/contract/types";
import { differs } from "~/shared/differs";
import { type Draft, enteredIn, FIRST, filledWith } from "./draft";

const defaults = { partitions: 3, replication: 2 } as TopicDefaults;

it.each<[string, Partial<Draft>, boolean]>([
  ["nothing", {}, false],
  ["a name", { name: "orders" }, true],
  ["partitions", { partitions: "12" }, true],
  ["a replication factor", { replication: "3" }, true],
  ["the defaults, typed", { partitions: "3", replication: "2" }, false],
  ["a configuration", { configs: [{ id: 1, name: "retention.ms", value: "" }] }, true],
  ["a line that is still empty", { configs: [{ id: 1, name: "", value: "" }] }, false],
])("leaving loses what was entered: %s", (_what, patch, lost) => {
  const entered = (draft: Draft) => enteredIn(filledWith(draft, defaults));
  expect(differs(entered({ ...FIRST, ...patch }), entered(FIRST))).toBe(lost);
});
