/**
 * Emphasis as CommonMark has it (0.31.2 §6.2), with the strikethrough of GFM: runs of marks open and close by what stands beside
 * them. Beside Chinese, Japanese and Korean, which are written without spaces, punctuation counts as a space.
 * Pure. Every frame is opened and folded once, so that a text takes time by its length.
 */

export type Emphasis<T> = { readonly kind: "bold" | "italic" | "strike"; readonly children: readonly T[] };

/** A run of one mark. `length` is what it had at first, `count` what is left of it. */
type Run = {
  readonly mark: string;
  readonly length: number;
  count: number;
  readonly mayOpen: boolean;
  readonly mayClose: boolean;
};

/** What follows a run that may still be closed. The first frame has no run. */
type Frame<T> = { readonly id: number; readonly run: Run | undefined; children: T[] };

const SPACE = /^\s?$/u;
const PUNCTUATION = /^(?:\p{P}|(?!\p{Extended_Pictographic})\p{S})$/u;
const CJK = /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Bopomofo}]$/u;
const DIGIT = /^\p{Nd}$/u;

/** Reads a run of marks by the characters beside it; the empty text stands for the ends of a line. */
function runOf(marks: string, before: string, after: string): Run {
  const mark = marks.slice(0, 1);
  const { length } = marks;
  const [isAfterPunctuation, isBeforePunctuation] = [PUNCTUATION.test(before), PUNCTUATION.test(after)];
  const isLoose = (beside: string, isPunctuation: boolean) => SPACE.test(beside) || isPunctuation || CJK.test(beside);
  const isLeft = !SPACE.test(after) && (!isBeforePunctuation || isLoose(before, isAfterPunctuation));
  const isRight = !SPACE.test(before) && (!isAfterPunctuation || isLoose(after, isBeforePunctuation));
  // A product and a range are no emphasis: 2*3*4, 10~20.
  const isSum = mark !== "_" && length === 1 && DIGIT.test(before) && DIGIT.test(after);
  const isWhole = mark === "_"; // only round whole words: snake_case
  const mayOpen = isLeft && !isSum && (!isWhole || !isRight || isAfterPunctuation);
  const mayClose = isRight && !isSum && (!isWhole || !isLeft || isBeforePunctuation);
  return { mark, length, count: length, mayOpen, mayClose };
}

/** Gathers what a line is made of, and folds it where marks close. `textOf` makes an element of marks that stay as they are. */
export class EmphasisBuilder<T> {
  readonly #textOf: (text: string) => T;
  readonly #wrap: (emphasis: Emphasis<T>) => T;
  readonly #frames: Frame<T>[] = [{ id: 0, run: undefined, children: [] }];
  #ids = 0;
  /** By the kind of a closing run: no frame up to this one opens what it closes. */
  readonly #bottoms = new Map<string, number>();

  constructor(textOf: (text: string) => T, wrap: (emphasis: Emphasis<T>) => T) {
    this.#textOf = textOf;
    this.#wrap = wrap;
  }

  /** Something that is no mark. */
  add(element: T): void {
    this.#top.children.push(element);
  }

  /** Whether such a mark stands open. */
  isOpen(mark: string): boolean {
    return this.#frames.some(({ run }) => run?.mark === mark);
  }

  /** A run of marks between two characters. */
  addRun(marks: string, before: string, after: string): void {
    const run = runOf(marks, before, after);
    if (run.mayClose) while (run.count > 0 && this.#close(run));
    if (run.count === 0) return;
    if (run.mayOpen) {
      this.#ids++;
      this.#frames.push({ id: this.#ids, run, children: [] });
    } else this.add(this.#textOf(run.mark.repeat(run.count)));
  }

  /** All of it. What is still open stays as it was typed. */
  finish(): readonly T[] {
    this.#foldTo(0);
    return this.#top.children;
  }

  get #top(): Frame<T> {
    return this.#frames.at(-1) ?? { id: 0, run: undefined, children: [] };
  }

  /** Closes the nearest frame that this run can close, once; whether there was one. */
  #close(run: Run): boolean {
    const kind = `${run.mark}${run.mayOpen}${run.mark === "~" ? run.count : run.length % 3}`;
    const bottom = this.#bottoms.get(kind) ?? 0;
    let at = this.#frames.length - 1;
    while (at > 0 && (this.#frames[at]?.id ?? 0) > bottom && !canClose(this.#frames[at]?.run, run)) at--;
    const frame = this.#frames[at];
    if (!frame?.run || frame.id <= bottom) {
      this.#bottoms.set(kind, this.#top.id);
      return false;
    }
    this.#foldTo(at);
    const { run: opening } = frame;
    const used = run.mark === "~" ? run.count : Math.min(2, opening.count, run.count);
    opening.count -= used;
    run.count -= used;
    const element = this.#wrap({ kind: kindOf(run.mark, used), children: frame.children });
    if (opening.count > 0) frame.children = [element];
    else {
      this.#frames.pop();
      this.add(element);
    }
    return true;
  }

  /** The frames above the one at `at` stay as they were typed. */
  #foldTo(at: number): void {
    while (this.#frames.length - 1 > at) {
      const frame = this.#frames.pop();
      if (!frame?.run) return;
      this.add(this.#textOf(frame.run.mark.repeat(frame.run.count)));
      this.#top.children.push(...frame.children);
    }
  }
}

/** The rule of three keeps `*a**b*` one emphasis: where a run may do both, the two lengths must not add up to a multiple of three. */
function canClose(opening: Run | undefined, closing: Run): boolean {
  if (opening?.mark !== closing.mark) return false;
  if (closing.mark === "~") return opening.count === closing.count && closing.count <= 2;
  const isEither = opening.mayClose || closing.mayOpen;
  return (
    !isEither || (opening.length + closing.length) % 3 !== 0 || (opening.length % 3 === 0 && closing.length % 3 === 0)
  );
}

function kindOf(mark: string, used: number): Emphasis<never>["kind"] {
  if (mark === "~") return "strike";
  return used === 2 ? "bold" : "italic";
}
