import { Notice } from "./Notice.tsx";

/** An address of this site that is none. */
export function Nowhere() {
  return (
    <Notice
      title="There is nothing here"
      text="This address leads nowhere."
      action="Go to #general"
      href="/c/general"
    />
  );
}
