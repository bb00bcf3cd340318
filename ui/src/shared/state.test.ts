import { describe, expect, it } from "vitest";
import type { ClusterState } from "~/contract/types";
import { clusterState, GROUP_STATES, groupStateText, noBrokerRuns, startPermit, stateType } from "./state";

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

describe("stateType", () => {
  const reason = { id: "reason.no_broker", args: {} } as const;
  const cluster = { kind: "local", state: "ACTIVE", state_reason: null, brokers_online: 3 } as const;
  it("is an error where no broker of a local cluster runs", () => {
    const none = { ...cluster, state_reason: reason, brokers_online: 0 };
    expect(noBrokerRuns(none)).toBe(true);
    expect(stateType(none)).toBe("error");
    expect(stateType({ ...none, state_reason: null })).toBe("error");
    expect(noBrokerRuns({ ...none, kind: "remote" })).toBe(false);
    expect(noBrokerRuns({ ...none, state: "STOPPED" })).toBe(false);
  });
  it("is no success with a reason", () => {
    expect(stateType(cluster)).toBe("success");
    expect(stateType({ ...cluster, state_reason: reason })).toBe("warning");
    expect(stateType({ ...cluster, state: "STOPPED", state_reason: reason })).toBe("stopped");
  });
});

describe("startPermit", () => {
  const not = { id: "permit.runs_already", args: {} } as const;
  const damaged = { id: "reason.damaged", args: { reason: "cluster.json is damaged" } } as const;
  it("says of a cluster whose files cannot be read that these come first", () => {
    const stated = (state_reason: typeof damaged | null, start: typeof not | null) =>
      startPermit({ state_reason, permits: { start } } as never);
    expect(stated(null, null)).toBeNull();
    expect(stated(null, not)).toBe(not);
    expect(stated(damaged, null)).toBe(damaged);
  });
});

describe("groupStateText", () => {
  it("explains every state in both languages, and leaves others", () => {
    for (const state of GROUP_STATES) {
      const { en = "", ko = "" } = groupStateText(state) ?? {};
      expect(en && ko && en !== ko, state).toBeTruthy();
    }
    expect(groupStateText("Whatever")).toBeUndefined();
  });
});
