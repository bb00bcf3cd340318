import Spinner from "@cloudscape-design/components/spinner";
import { errorText } from "~/shared/ErrorBox";
import { useT } from "~/shared/text";
import { texts } from "../texts";
import { CHOSEN_MAX, type useChosen } from "./useChosen";

interface SelectionLineProps {
  selection: ReturnType<typeof useChosen>;
  /** Rows of this page, and all that match. */
  onPage: number;
  total: number;
}

/** Under the filter once a whole page is selected: the way to all that match, and back. */
export function SelectionLine({ selection, onPage, total }: SelectionLineProps) {
  const t = useT();
  const { all, loading, chosen, ids, error } = selection;
  const reachable = Math.min(total, CHOSEN_MAX);
  if (onPage === 0 || total <= onPage || (ids.length < onPage && !all)) return <span hidden />;
  return (
    <div className="weir-selection" role="status">
      {loading ? (
        <>
          <Spinner /> {t(texts.selecting, { n: reachable })}
        </>
      ) : (
        <>
          <span>
            {error
              ? errorText(t, error)
              : t(all ? texts.selectedAll : texts.selectedPage, { n: chosen.length })}
          </span>
          <button
            type="button"
            className="weir-linkbutton"
            onClick={() => (all ? selection.select([]) : void selection.selectAll())}
          >
            {all ? t(texts.clearSelection) : t(texts.selectMatches, { n: reachable })}
          </button>
        </>
      )}
    </div>
  );
}
