/** What Slack's marks and blocks, Discord's marks and GitHub's events become, one by one. */
import { describe, expect, test } from "vitest";
import { readDiscord } from "../../../worker/hooks/discord.ts";
import { readGithub } from "../../../worker/hooks/github.ts";
import { fromMrkdwn } from "../../../worker/hooks/mrkdwn.ts";
import { readSlack } from "../../../worker/hooks/slack.ts";

test.each([
  ["*bold* and ~gone~", "**bold** and ~~gone~~"],
  ["<https://acme.example|Acme>", "[Acme](https://acme.example)"],
  ["<https://acme.example>", "https://acme.example"],
  ["<javascript:alert(1)|Acme>", "Acme"],
  ["<!here> look", "<!here> look"],
  ["<!channel> look", "@channel look"],
  ["<!subteam^S1|@ops> look", "@ops look"],
  ["<!date^1|today>", "today"],
  ["<@U123> look", "@U123 look"],
  ["<@U123|@ada> look", "@ada look"],
  ["<@0-abcdefghijklmnop> look", "<@0-abcdefghijklmnop> look"],
  ["<#C123|general>", "#general"],
  ["<#C123>", "#C123"],
])("Slack's %s", (typed, text) => {
  expect(fromMrkdwn(typed)).toBe(text);
});

test.each([
  ["due <t:1767225600>", "due 2026-01-01 00:00 UTC"],
  ["due <t:1767225600:R>, not <t:1767225600:Q>", "due 2026-01-01 00:00 UTC, not <t:1767225600:Q>"],
  ["<t:999999999999>", "<t:999999999999>"],
  ["<:party:123> <a:dance:456> <:no:>", ":party: :dance: <:no:>"],
  ["<@123> **b**", "<@123> **b**"],
])("Discord's %s", (content, text) => {
  const embeds = [{ description: content, fields: [{ name: "n", value: content }] }];
  expect(readDiscord({ content, embeds }).text).toBe(`${text}\n\n${text}\n**n**: ${text}`);
});

describe("a block of Slack", () => {
  const rich = (...elements: object[]) => ({ type: "rich_text", elements });
  const section = (...elements: object[]) => rich({ type: "rich_text_section", elements });
  const nested = (depth: number): object =>
    depth === 0
      ? { type: "rich_text_section", elements: [{ type: "text", text: "deep" }] }
      : { type: "rich_text_list", elements: [nested(depth - 1)] };

  test.each<[string, object, string]>([
    ["of a newer kind", { type: "hologram", text: "words" }, ""],
    ["a line", { type: "divider" }, "———"],
    [
      "with a link",
      section({ type: "link", url: "https://acme.example", text: "Acme" }),
      "[Acme](https://acme.example)",
    ],
    ["with an emoji", section({ type: "emoji", name: "+1", unicode: "1f44d-1f3fd" }), "👍🏽"],
    ["with an emoji of a team's own", section({ type: "emoji", name: "acme" }), ":acme:"],
    ["with an emoji that is none", section({ type: "emoji", name: "acme", unicode: "zz-110000" }), ":acme:"],
    ["with people", section({ type: "user", user_id: "U1" }, { type: "broadcast", range: "channel" }), "@U1@channel"],
    ["for who is here", section({ type: "broadcast", range: "here" }), "<!here>"],
    ["with a span of a newer kind", section({ type: "date", timestamp: 1 }, { type: "text", text: "x" }), "x"],
    ["a quote", rich({ type: "rich_text_quote", elements: [{ type: "text", text: "a\nb" }] }), "> a\n> b"],
    ["code", rich({ type: "rich_text_preformatted", elements: [{ type: "text", text: "a" }] }), "```\na\n```"],
    ["a part of a newer kind", rich({ type: "rich_text_poem", elements: [] }), ""],
    ["a list", rich({ type: "rich_text_list", style: "ordered", indent: 1, elements: [nested(0)] }), "   1. deep"],
    ["nested without end", rich(nested(100)), ""],
    [
      "with a button",
      {
        type: "actions",
        elements: [
          { type: "button", text: { type: "plain_text", text: "Open" }, url: "https://acme.example" },
          { type: "button" },
        ],
      },
      "[Open](https://acme.example)",
    ],
    ["a picture", { type: "image", image_url: "https://acme.example/a.png" }, "[🖼](https://acme.example/a.png)"],
  ])("%s", (_, block, text) => {
    expect(readSlack({ blocks: [block] }).text).toBe(text);
  });
});

describe("GitHub's", () => {
  const body = {
    repository: { full_name: "acme/website", html_url: "https://github.example/acme/website" },
    sender: { login: "ada" },
  };
  const read = (event: string, more: object) =>
    readGithub(event, { ...body, ...more }).text.replace("[acme/website](https://github.example/acme/website): ", "");

  test.each<[string, string, object, string]>([
    ["deleted branch", "push", { ref: "refs/heads/old", deleted: true }, "ada deleted branch **old**"],
    ["new tag", "push", { ref: "refs/tags/v1", created: true, commits: [] }, "ada created tag **v1**"],
    ["push of nothing", "push", { ref: "refs/heads/main", commits: [] }, ""],
    [
      "closed pull request",
      "pull_request",
      { action: "closed", pull_request: { number: 1, title: "A", merged: false } },
      "ada closed pull request **#1 A**",
    ],
    ["labelled issue", "issues", { action: "labeled", issue: { number: 1, title: "A" } }, ""],
    ["edited comment", "issue_comment", { action: "edited" }, ""],
    ["release without a name", "release", { action: "published", release: { tag_name: "v1" } }, "ada released **v1**"],
    ["draft of a release", "release", { action: "created" }, ""],
    [
      "run that was cancelled",
      "workflow_run",
      { action: "completed", workflow_run: { name: "CI", head_branch: "main", conclusion: "cancelled" } },
      "⚪ CI on main: cancelled",
    ],
    ["run that goes on", "workflow_run", { action: "requested" }, ""],
    ["event of a newer kind", "hologram", {}, ""],
  ])("%s", (_, event, more, text) => {
    expect(read(event, more)).toBe(text);
  });
});
