import Box from "@cloudscape-design/components/box";
import Drawer from "@cloudscape-design/components/drawer";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { tag, useCall } from "~/shared/api";
import { useFlash } from "~/shared/flash";
import { OperationCard } from "~/shared/OperationCard";
import { useT } from "~/shared/text";
import { texts } from "./texts";

const SHOWN = 30;

/** Whether anything runs now. */
export function useRunning(): boolean {
  const { operations } = useFlash();
  return Object.values(operations).some((operation) => operation.state === "running");
}

/** What runs and what ran, newest first; of the open cluster, else of all. */
export function ActivityDrawer(props: { cluster: string | null }) {
  const t = useT();
  const { operations } = useFlash();
  const list = useCall(
    "operations.list",
    { cluster: props.cluster, query: "", page: 1, page_size: SHOWN },
    { tags: [props.cluster ? tag.operations(props.cluster) : "operations"] },
  );
  // Live steps arrive with the events, between two answers of the list.
  const rows = (list.data?.rows ?? []).map((row) => operations[row.id] ?? row);
  return (
    <Drawer header={<h2>{t(texts.activity)}</h2>}>
      {list.data && rows.length === 0 ? (
        <Box textAlign="center" color="text-body-secondary">
          <Box variant="strong">{t(texts.activityEmpty)}</Box>
          <Box variant="p">{t(texts.activityEmptyHint)}</Box>
        </Box>
      ) : null}
      <SpaceBetween size="s">
        {rows.map((row) => (
          <OperationCard key={row.id} operation={row} withCluster={props.cluster === null} />
        ))}
      </SpaceBetween>
    </Drawer>
  );
}
