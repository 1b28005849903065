/** The key that does what a button does, for the eye alone. */
export function KeyCap({ keys }: { readonly keys: string }) {
  return (
    <span class="keycap" aria-hidden="true">
      {keys}
    </span>
  );
}
