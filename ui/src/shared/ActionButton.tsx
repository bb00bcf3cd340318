import Button, { type ButtonProps } from "@cloudscape-design/components/button";
import type { ReactNode } from "react";
import type { Permit } from "~/contract/types";
import { useT } from "./text";

interface ActionButtonProps {
  permit: Permit;
  onClick: () => void;
  variant?: ButtonProps.Variant;
  iconName?: ButtonProps["iconName"];
  loading?: boolean;
  ariaLabel?: string;
  children: ReactNode;
}

/** A button that the core may forbid: then it stays focusable and says why. */
export function ActionButton(props: ActionButtonProps) {
  const t = useT();
  const { permit } = props;
  return (
    <Button
      variant={props.variant ?? "normal"}
      loading={props.loading ?? false}
      onClick={props.onClick}
      {...(props.iconName ? { iconName: props.iconName } : {})}
      {...(props.ariaLabel ? { ariaLabel: props.ariaLabel } : {})}
      {...(permit ? { disabled: true, disabledReason: t.core(permit) } : {})}
    >
      {props.children}
    </Button>
  );
}
