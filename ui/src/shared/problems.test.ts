import { expect, it } from "vitest";
import { following } from "./problems";

const shown: Record<string, string | undefined> = { name: "taken", partitions: "bad" };

it("lets shown problems follow the typing, and brings no new ones", () =>
  expect(following(shown, { replication: "bad" }, [])).toEqual({}));
it("keeps what the core told of a field that is left alone", () =>
  expect(following(shown, {}, ["name"])).toEqual({ name: "taken" }));
it("says the newer of two", () =>
  expect(following(shown, { name: "missing" }, ["name"])).toEqual({ name: "missing" }));
