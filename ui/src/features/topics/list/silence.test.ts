import { expect, it } from "vitest";
import type { ClusterDetail } from "~/contract/types";
import { isSilent } from "./silence";

const detail = (over: Partial<ClusterDetail>) =>
  ({ kind: "remote", state: "CONNECTED", brokers_online: 3, ...over }) as ClusterDetail;

it.each<[string, ClusterDetail | undefined, boolean]>([
  ["nothing known yet", undefined, false],
  ["a connected cluster", detail({}), false],
  ["one of which a broker is missing", detail({ state: "PARTLY_REACHABLE", brokers_online: 2 }), false],
  ["one that does not answer", detail({ state: "UNREACHABLE" }), true],
  ["a local one", detail({ kind: "local", state: "ACTIVE" }), false],
  [
    "a local one without a broker that runs",
    detail({ kind: "local", state: "ACTIVE", brokers_online: 0 }),
    true,
  ],
])("%s", (_what, cluster, silent) => expect(isSilent(cluster)).toBe(silent));
