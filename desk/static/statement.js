// Keys of an account and of the three decisions. Nothing here is needed: marking has a form, deciding has radio buttons.
"use strict";

(() => {
  const letterOf = (event) => (/^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : /^Digit[0-9]$/.test(event.code) ? event.code.slice(5) : "");
  const typing = (target) => target instanceof Element && target.closest("textarea, select, input:not([type=radio], [type=checkbox])") !== null;
  const plain = (event) => !(event.ctrlKey || event.metaKey || event.altKey || event.isComposing);

  // A place in the account, counted in characters as the book counts them: code points, not units of UTF-16.
  function placeOf(node, offset) {
    const piece = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node.childNodes[Math.min(offset, node.childNodes.length - 1)] ?? node).closest?.("[data-at]");
    if (!piece) return null;
    const start = Number(piece.dataset.at);
    if (piece.hasAttribute("data-one")) return node.nodeType === Node.TEXT_NODE && offset > 0 ? start + 1 : start;
    return start + (node.nodeType === Node.TEXT_NODE ? [...node.data.slice(0, offset)].length : 0);
  }

  const account = document.getElementById("account");
  const form = document.getElementById("mark-form");
  if (account && form) {
    document.addEventListener("keydown", (event) => {
      if (!plain(event) || typing(event.target)) return;
      const kind = letterOf(event);
      if (kind === "d" && getSelection().isCollapsed) {
        document.querySelector("[data-decisions]")?.click();
        return;
      }
      const selection = getSelection();
      if (!["p", "t", "l", "a"].includes(kind) || selection.isCollapsed || selection.rangeCount === 0) return;
      const range = selection.getRangeAt(0);
      if (!account.contains(range.commonAncestorContainer)) return;
      const [start, end] = [placeOf(range.startContainer, range.startOffset), placeOf(range.endContainer, range.endOffset)];
      if (start === null || end === null || start >= end) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      form.elements.start.value = start;
      form.elements.end.value = end;
      form.querySelector(`[data-kind="${kind}"]`).click();
    }, true);
  }

  const steps = [...document.querySelectorAll("[data-decide]")];
  if (steps.length > 0) {
    let at = 0;
    const show = (next) => {
      at = Math.max(0, next);
      steps.forEach((step, i) => step.classList.toggle("now", i === at));
      const step = steps[at];
      (step.querySelector("input:checked") ?? step.querySelector("input[type=radio]"))?.focus();
      step.scrollIntoView({ block: "nearest" });
    };
    document.addEventListener("focusin", (event) => {
      const own = steps.indexOf(event.target.closest?.("[data-decide]"));
      if (own >= 0 && own !== at) {
        at = own;
        steps.forEach((step, i) => step.classList.toggle("now", i === at));
      }
    });
    document.addEventListener("keydown", (event) => {
      if (!plain(event)) return;
      const inText = typing(event.target);
      if (event.key === "Enter" && !event.target.matches?.("a, button, summary, textarea")) {
        event.preventDefault();
        event.stopImmediatePropagation();
        // The empty line for somebody who is not marked is passed over.
        let next = at + 1;
        while (next < steps.length && steps[next].hasAttribute("data-extra")) next += 1;
        if (next < steps.length) show(next);
        else document.querySelector("[data-file]").click();
        return;
      }
      if (inText) return;
      const key = letterOf(event);
      const choice = key && steps[at].querySelector(`[data-choice="${key}"]`);
      if (!choice) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      choice.checked = true;
      choice.focus();
    }, true);
    show(0);
  }
})();
