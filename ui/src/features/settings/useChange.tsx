import type { Settings } from "~/contract/types";
import { errorText } from "~/shared/ErrorBox";
import { useFlash } from "~/shared/flash";
import { useSetSettings, useSettings } from "~/shared/settings";
import { useT } from "~/shared/text";
import type { Setting } from "./sections";
import { texts } from "./texts";

/** One notice for all settings: it is about the change made last. */
const NOTICE = "setting";

/** What a setting was set to. In words of its own: the language may be what was changed. */
function Changed({ setting, value }: { setting: Setting; value: string | boolean }) {
  const t = useT();
  const choice = setting.choices?.find((each) => each.value === value);
  const said = choice ? t(choice.text) : t(value ? texts.on : texts.off);
  return <>{t(texts.changed, { setting: t(setting.label), value: said })}</>;
}

function Undo() {
  const t = useT();
  return <>{t(texts.undo)}</>;
}

/** Sets a setting at once, and says so in a notice that takes it back. */
export function useChange(): (setting: Setting, value: string | boolean) => void {
  const t = useT();
  const settings = useSettings();
  const set = useSetSettings();
  const { flash, dismiss } = useFlash();
  const save = async (patch: Partial<Settings>): Promise<boolean> => {
    try {
      await set.mutateAsync(patch);
      return true;
    } catch (thrown) {
      flash({ id: NOTICE, type: "error", content: errorText(t, thrown) });
      return false;
    }
  };
  return async (setting, value) => {
    if (setting.key === "folder" || settings[setting.key] === value) return;
    const { key } = setting;
    const before = { [key]: settings[key] } as Partial<Settings>;
    if (!(await save({ [key]: value } as Partial<Settings>))) return;
    const undo = async () => {
      if (await save(before)) dismiss(NOTICE);
    };
    flash({
      id: NOTICE,
      type: "success",
      content: <Changed setting={setting} value={value} />,
      action: { text: <Undo />, run: () => void undo() },
    });
  };
}
