import SpaceBetween from "@cloudscape-design/components/space-between";
import type { GroupDetail } from "~/contract/types";
import { tag, useCall, useCommand } from "~/shared/api";
import { Confirm } from "~/shared/Confirm";
import { ErrorBox } from "~/shared/ErrorBox";
import { useFlash } from "~/shared/flash";
import { shellWord } from "~/shared/shellWord";
import { useT } from "~/shared/text";
import { Changes, Sum } from "./Changes";
import { texts } from "./texts";

interface PutBackProps {
  cluster: string;
  group: GroupDetail;
  /** The reset that is taken back. */
  operation: string;
  /** The group's name is typed first. */
  production: boolean;
  onDone: () => void;
}

/** So far back the record is looked through for a newer one. */
const LOOKED_THROUGH = 50;

/**
 * One command does the same for the newest reset of the group, which is the one that it takes back. For an older one
 * there is what the core makes of it, unless that is a chain of several.
 */
function useCommandLine(cluster: string, group: string, operation: string, others: string | null) {
  const asked = { cluster, query: group, page: 1, page_size: LOOKED_THROUGH };
  const rows = useCall("operations.list", asked, { tags: [tag.operations(cluster)], fresh: true }).data?.rows;
  const newest = rows?.find((row) => row.kind === "group_reset" && row.target === group);
  if (!newest) return undefined;
  if (newest.id !== operation) return others?.includes(" && ") ? undefined : (others ?? undefined);
  return `weir group put-back ${shellWord(group)} --cluster ${shellWord(cluster)}`;
}

/** Every offset as it was before a reset, with every change before it is made. */
export function PutBack({ cluster, group, operation, production, onDone }: PutBackProps) {
  const t = useT();
  const { track } = useFlash();
  const asked = { cluster, operation };
  const preview = useCall(
    "groups.put_back",
    { ...asked, dry_run: true },
    { tags: [tag.group(cluster, group.name)], fresh: true },
  );
  const back = useCommand("groups.put_back", [tag.group(cluster, group.name), tag.groups(cluster)]);
  const shown = preview.isError ? undefined : preview.data;
  const command = useCommandLine(cluster, group.name, operation, shown?.command ?? null);
  const confirm = () =>
    back.mutate(
      { ...asked, dry_run: false },
      {
        onSuccess: (done) => {
          track(done.operation);
          onDone();
        },
      },
    );
  return (
    <Confirm
      size="large"
      title={t(texts.putBack)}
      action={t(texts.putBack)}
      blocked={!shown}
      {...(production ? { word: group.name } : {})}
      command={shown ? command : undefined}
      pending={back.isPending}
      error={back.error}
      onConfirm={confirm}
      onDismiss={onDone}
    >
      <SpaceBetween size="m">
        <div>{t.rich(texts.putBackBody, { name: group.name, b: (chunks) => <b>{chunks}</b> })}</div>
        {preview.isError ? <ErrorBox error={preview.error} /> : <span hidden />}
        {preview.isPending ? <div role="status">{t(texts.looking)}</div> : <span hidden />}
        {shown ? (
          <div>
            <Sum changes={shown.changes} />
            <Changes changes={shown.changes} starts={group.type === "share"} />
          </div>
        ) : (
          <span hidden />
        )}
      </SpaceBetween>
    </Confirm>
  );
}
