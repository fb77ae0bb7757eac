// What is pasted from a document comes as the light Markdown that boxes know; see markup.py.
(() => {
  const BLOCKS = "p, div, h1, h2, h3, h4, h5, h6, tr, blockquote, pre, section, article, header, footer, dt, dd, figure, table";
  const MOST_TEXT = 10_000, MOST_LINES = 200, MOST_HTML = 1_000_000;
  const SILENT = "script, style, title, head, template, noscript, iframe, object, svg, img";
  // What word processors say of looks and lists is in their styles.
  const style = (elt, pattern) => pattern.exec(elt.dataset?.style ?? "")?.[1];
  const isBold = (elt) => {
    const weight = style(elt, /font-weight:\s*(\w+)/);
    return weight ? weight === "bold" || Number(weight) >= 600 : elt.matches("b, strong");
  };
  const isItalic = (elt) => (style(elt, /font-style:\s*(\w+)/) ?? (elt.matches("i, em") ? "italic" : "")) === "italic";

  // The nearest around it that says so decides whether lines end where they end in the source. Our own pages have .words.
  const keepsLines = (elt) => {
    const said = style(elt, /white-space(?:-collapse)?:\s*([\w-]+)/);
    return said ? /^(pre|break)/.test(said) : elt.matches("pre, .words") || Boolean(elt.parentElement && keepsLines(elt.parentElement));
  };

  const escaped = (text) => text.replace(/(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)/g, "\\$&");
  const plain = (node) => escaped(keepsLines(node.parentElement) ? node.data.replaceAll("\u00a0", " ") : node.data.replace(/[\s\u00a0]+/g, " "));
  // A mark holds on to its words, so spaces and line ends stay outside; nothing twice within the same.
  const marked = (mark, text) => text.includes(mark) ? text : text.split("\n").map((line) => line.trim() ? line.replace(line.trim(), (words) => mark + words + mark) : line).join("\n");

  const link = (elt, words) => {
    const address = elt.getAttribute("href") ?? "";
    if (!/^(https?:\/\/|mailto:)/i.test(address) || !words.trim()) return words;
    const shown = words.trim().replaceAll("\\", "");
    return shown === address || `mailto:${shown}` === address ? shown : `[${words.trim()}](${address.replace(/[\s()<>]/g, encodeURIComponent)})`;
  };

  const item = (mark, depth, words) => `\n${"    ".repeat(depth)}${mark} ${words.trim()}\n`;
  const list = (elt, depth) => [...elt.children].map((row, number) => {
    if (row.matches("ul, ol")) return list(row, depth + 1);
    const box = row.querySelector(":scope > input[type=checkbox], :scope > p > input[type=checkbox], :scope > label > input[type=checkbox]");
    const nested = [...row.children].filter((each) => each.matches("ul, ol"));
    const below = nested.map((each) => list(each, depth + 1)).join("");
    nested.forEach((each) => each.remove());
    const mark = elt.matches("ol") ? `${(Number(elt.getAttribute("start")) || 1) + number}.` : "-";
    const words = inside(row).trim().replace(/\s*\n\s*/g, " ");
    return item(mark, depth, (box ? `[${box.hasAttribute("checked") ? "x" : " "}] ` : "") + words) + below;
  }).join("");

  // Word's lists are paragraphs that say which level they are on, and hold their bullet as text.
  const wordItem = (elt, level) => {
    let bullet = "";
    for (const each of elt.querySelectorAll("[data-style*='mso-list:Ignore'], [data-style*='mso-list: Ignore']")) {
      bullet = each.textContent.trim();
      each.remove();
    }
    return item(/^\d{1,3}[.)]$/.test(bullet) ? bullet : "-", Number(level) - 1, inside(elt).replace(/\s*\n\s*/g, " "));
  };

  const inside = (elt) => [...elt.childNodes].map(told).join("");
  const told = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return plain(node);
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(SILENT)) return "";
    if (node.matches("br")) return "\n";
    if (node.matches("ul, ol")) return `\n${list(node, 0)}\n`;
    const level = style(node, /mso-list:\s*l\d+ level(\d)/);
    if (level) return wordItem(node, level);
    let words = inside(node);
    if (node.matches("a")) words = link(node, words);
    if (node.matches("td, th")) return `${words.trim()} `;
    // A line of an editor, which shows code so.
    if (node.matches("div") && keepsLines(node.parentElement)) return `${words.replace(/\n$/, "")}\n`;
    if (node.matches(BLOCKS)) return `\n${keepsLines(node) ? words.trimEnd().replace(/^\n+/, "") : words.trim()}\n\n`;
    if (isItalic(node)) words = marked("*", words);
    return isBold(node) ? marked("**", words) : words;
  };

  // Nothing in it does anything, nor is even tried: the page's policy would complain of it.
  const inert = (html) => html.replace(/<(\/?)(?:script|style)\b/gi, "<$1template")
    .replace(/<[^<>]*>/g, (tag) => tag.replace(/[\s/](style|on\w+)(?=\s*=)/gi, " data-$1"));

  const markdown = (html) => {
    const page = new DOMParser().parseFromString(inert(html), "text/html");
    const lines = inside(page.body).split("\n").map((line) => line.trimEnd().replace(/^ (?! )/, ""));
    return lines.join("\n").replace(/\n{3,}/g, "\n\n").replace(/(?<=^ *(?:-|\d+[.)]) .*)\n\n(?= *(?:-|\d+[.)]) )/gm, "\n").trim();
  };

  document.addEventListener("paste", (event) => {
    const html = event.clipboardData?.getData("text/html");
    if (!html || !event.target.matches?.("textarea")) return;
    // What is long comes as plain text, as the browser pastes it: laid out, it would keep one waiting.
    const typed = event.clipboardData.getData("text/plain");
    if (html.length > MOST_HTML || typed.length > MOST_TEXT || typed.split("\n").length > MOST_LINES) return;
    const words = markdown(html);
    if (!words || words.split("\n").length > MOST_LINES) return;
    event.preventDefault();
    // So that it can be undone like any typing.
    document.execCommand("insertText", false, words);
  });
})();
