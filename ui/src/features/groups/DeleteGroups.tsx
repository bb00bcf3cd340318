import { tag, useCommand } from "~/shared/api";
import { Confirm } from "~/shared/Confirm";
import { useFlash } from "~/shared/flash";
import { Outcomes } from "~/shared/Outcomes";
import { shellWord } from "~/shared/shellWord";
import { useT } from "~/shared/text";
import { texts } from "./texts";

interface DeleteGroupsProps {
  cluster: string;
  groups: string[];
  /** The name, or of several how many, is typed first. */
  production: boolean;
  onDismiss: () => void;
  onDone: () => void;
}

/** One group by its name, several by their count; results per group when some could not be deleted. */
export function DeleteGroups(props: DeleteGroupsProps) {
  const { cluster, groups, onDismiss, onDone } = props;
  const t = useT();
  const { track } = useFlash();
  const remove = useCommand("groups.delete", [tag.groups(cluster)]);
  const [first] = groups;
  const single = groups.length === 1 && first !== undefined ? first : null;
  const word = single ?? String(groups.length);
  const failed = (remove.data?.results ?? []).flatMap(({ group, error }) =>
    error ? [{ name: group, error }] : [],
  );
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
  const named = groups.map((group) => ` ${shellWord(group)}`).join("");
  return (
    <Confirm
      title={t(texts.deleteTitle, { n: groups.length })}
      action={t(texts.delete)}
      {...(props.production || !single ? { word } : {})}
      command={`weir group delete${named} --yes --cluster ${cluster}`}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={confirm}
      onDismiss={failed.length > 0 ? onDone : onDismiss}
    >
      {single
        ? t.rich(texts.deleteBody, { name: single, b: (chunks) => <b>{chunks}</b> })
        : t(texts.deleteMany)}
      <Outcomes names={groups} failed={failed} />
    </Confirm>
  );
}
