import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ApiError } from "~/contract/types";
import { tag, useCommand } from "~/shared/api";
import { Confirm } from "~/shared/Confirm";
import { useFlash } from "~/shared/flash";
import { useT } from "~/shared/text";
import { texts } from "./texts";

/** Names in the dialog; of more, the first. */
const LISTED_MAX = 12;

interface DeleteGroupsProps {
  cluster: string;
  groups: string[];
  /** The name, or of several how many, is typed first. */
  production: boolean;
  bootstrap: string;
  onDismiss: () => void;
  onDone: () => void;
}

/** One group by its name, several by their count; results per group when some could not be deleted. */
export function DeleteGroups(props: DeleteGroupsProps) {
  const { cluster, groups, bootstrap, onDismiss, onDone } = props;
  const t = useT();
  const { track } = useFlash();
  const remove = useCommand("groups.delete", [tag.groups(cluster)]);
  const [first] = groups;
  const single = groups.length === 1 && first !== undefined ? first : null;
  const word = single ?? String(groups.length);
  const failed = remove.data?.results.filter((result) => result.error !== null) ?? [];
  const confirm = () =>
    remove.mutate(
      { cluster, groups, confirm: word },
      {
        onSuccess: ({ operation, results }) => {
          track(operation);
          if (results.every((result) => result.error === null)) onDone();
        },
      },
    );
  const named = groups.map((group) => ` --group ${group}`).join("");
  return (
    <Confirm
      title={t(texts.deleteTitle, { n: groups.length })}
      action={t(texts.delete)}
      {...(props.production || !single ? { word } : {})}
      command={`kafka-consumer-groups.sh --bootstrap-server ${bootstrap} --delete${named}`}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={confirm}
      onDismiss={failed.length > 0 ? onDone : onDismiss}
    >
      {single
        ? t.rich(texts.deleteBody, { name: single, b: (chunks) => <b>{chunks}</b> })
        : t(texts.deleteMany)}
      {single ? null : <Names names={groups} />}
      {failed.map((result) => (
        <Failure key={result.group} group={result.group} error={result.error} />
      ))}
    </Confirm>
  );
}

function Names({ names }: { names: string[] }) {
  const t = useT();
  return (
    <ul className="weir-names">
      {names.slice(0, LISTED_MAX).map((name) => (
        <li key={name}>
          <b>{name}</b>
        </li>
      ))}
      {names.length > LISTED_MAX ? <li>{t(texts.more, { n: names.length - LISTED_MAX })}</li> : null}
    </ul>
  );
}

function Failure(props: { group: string; error: ApiError | null }) {
  const t = useT();
  if (!props.error) return null;
  return (
    <div>
      <StatusIndicator type="error">
        {props.group}: {t.core(props.error.text)}
      </StatusIndicator>
    </div>
  );
}
