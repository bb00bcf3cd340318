import { describe, expect, it } from "vitest";
import type { ClusterState } from "~/contract/types";
import { clusterState, GROUP_STATES, groupStateName } from "./state";
import type { Translate } from "./text";

describe("clusterState", () => {
  it.each<[ClusterState, string, string, string]>([
    ["CREATING", "in-progress", "Creating", "생성 중"],
    ["ACTIVE", "success", "Active", "활성"],
    ["HEALING", "warning", "Healing", "복구 중"],
    ["FAILED", "error", "Failed", "실패"],
    ["STOPPED", "stopped", "Stopped", "중지됨"],
    ["CONNECTING", "loading", "Connecting", "연결 중"],
    ["UNREACHABLE", "error", "Unreachable", "연결할 수 없음"],
  ])("%s looks as the states table says", (state, type, en, ko) =>
    expect(clusterState(state)).toEqual({ type, text: { en, ko } }),
  );
});

describe("groupStateName", () => {
  const korean = ((message: { ko: string }) => message.ko) as unknown as Translate;
  it("has a name for every state that is explained, and leaves others", () => {
    for (const state of GROUP_STATES) expect(groupStateName(korean, state)).not.toBe(state);
    expect(groupStateName(korean, "Whatever")).toBe("Whatever");
  });
});
