/** GitHub's events, as its webhooks send them (https://docs.github.com/en/webhooks/webhook-events-and-payloads). Pure. */
import { bold, type Fields, fieldsOf, type HookMessage, lines, link, listOf, plain, textOf } from "./hook-message.ts";

/** Commits of a push that are named. */
const COMMITS_SHOWN = 5;
const COMMENT_SHOWN_POINTS = 300;
/** What is done to an issue or a pull request, of what is worth a message. */
const ACTIONS: Readonly<Record<string, string>> = {
  opened: "opened",
  closed: "closed",
  reopened: "reopened",
  ready_for_review: "marked as ready",
};

/** What an event says; an empty text for one that is not worth a message. */
export function readGithub(event: string, body: Fields): HookMessage {
  const repository = fieldsOf(body["repository"]);
  const where = link(plain(repository["full_name"]), repository["html_url"]);
  const who = plain(fieldsOf(body["sender"])["login"]);
  return { text: textFor(event, body, where === "" ? "" : `${where}: `, who) };
}

function textFor(event: string, body: Fields, where: string, who: string): string {
  const action = textOf(body["action"]);
  switch (event) {
    case "ping":
      return `${where}GitHub is connected.`;
    case "push":
      return readPush(body, where, who);
    case "pull_request": {
      const pull = fieldsOf(body["pull_request"]);
      const done = action === "closed" && pull["merged"] === true ? "merged" : ACTIONS[action];
      return done ? `${where}${who} ${done} pull request ${titleOf(pull)}` : "";
    }
    case "issues": {
      const done = ACTIONS[action];
      return done ? `${where}${who} ${done} issue ${titleOf(fieldsOf(body["issue"]))}` : "";
    }
    case "issue_comment": {
      const comment = fieldsOf(body["comment"]);
      if (action !== "created") return "";
      return lines(
        `${where}${who} ${link("commented", comment["html_url"])} on ${titleOf(fieldsOf(body["issue"]))}`,
        quote(textOf(comment["body"])),
      );
    }
    case "release": {
      const release = fieldsOf(body["release"]);
      const name = plain(release["name"]) || plain(release["tag_name"]);
      return action === "published" ? `${where}${who} released ${bold(link(name, release["html_url"]))}` : "";
    }
    case "workflow_run": {
      const run = fieldsOf(body["workflow_run"]);
      const conclusion = textOf(run["conclusion"]);
      if (action !== "completed" || conclusion === "") return "";
      const sign = conclusion === "success" ? "✅" : conclusion === "failure" ? "❌" : "⚪";
      return `${sign} ${where}${link(plain(run["name"]), run["html_url"])} on ${plain(run["head_branch"])}: ${plain(conclusion)}`;
    }
    default:
      return "";
  }
}

function readPush(body: Fields, where: string, who: string): string {
  const ref = textOf(body["ref"]);
  const what = plain(ref.replace(/^refs\/(?:heads|tags)\//, ""));
  const kind = ref.startsWith("refs/tags/") ? "tag" : "branch";
  if (body["deleted"] === true) return `${where}${who} deleted ${kind} ${bold(what)}`;
  const commits = listOf(body["commits"]);
  if (commits.length === 0) return body["created"] === true ? `${where}${who} created ${kind} ${bold(what)}` : "";
  const count = commits.length === 1 ? "1 commit" : `${commits.length} commits`;
  const more = commits.length - COMMITS_SHOWN;
  return lines(
    `${where}${who} ${body["forced"] === true ? "force-pushed" : "pushed"} ${link(count, body["compare"])} to ${bold(what)}`,
    ...commits.slice(0, COMMITS_SHOWN).map(({ id, message, url }) => {
      const [first = ""] = textOf(message).split("\n");
      return `- ${link(`\`${textOf(id).slice(0, 7).replaceAll("`", "")}\``, url)} ${plain(first)}`;
    }),
    more > 0 ? `- and ${more} more` : "",
  );
}

function titleOf(thing: Fields): string {
  return bold(link(`#${plain(thing["number"])} ${plain(thing["title"])}`, thing["html_url"]));
}

function quote(text: string): string {
  const points = [...text];
  const shown = points.length > COMMENT_SHOWN_POINTS ? `${points.slice(0, COMMENT_SHOWN_POINTS).join("")}…` : text;
  return shown === ""
    ? ""
    : shown
        .split("\n")
        .map((line) => `> ${line}`)
        .join("\n");
}
