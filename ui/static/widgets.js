/* Puts our words in place of Streamlit's own, which cannot be told other words, and says the page's
   language. The words are filled in by ui/widgets.py: {lang, exact: {theirs: ours}, like: [[pattern, ours]]}.
   It runs again at each change of language; the last one rules. */
(() => {
  const words = "FORESEYE-WORDS";
  const root = document.documentElement;
  root.lang = words.lang;
  const like = words.like.map(([pattern, ours]) => [new RegExp(pattern), ours]);
  const NAMED = ["aria-label", "title", "placeholder", "alt"];
  const ours = (text) => {
    const theirs = text.trim();
    if (!theirs) return null;
    if (Object.hasOwn(words.exact, theirs)) return words.exact[theirs];
    for (const [pattern, said] of like) if (pattern.test(theirs)) return theirs.replace(pattern, said);
    return null;
  };
  const inText = (node) => {
    const parent = node.parentElement;
    if (!parent || parent.closest("script, style")) return;
    const said = ours(node.nodeValue);
    if (said !== null && said !== node.nodeValue) node.nodeValue = said;
  };
  const inNames = (element) => {
    for (const name of NAMED) {
      const said = element.hasAttribute(name) ? ours(element.getAttribute(name)) : null;
      if (said === null || said === element.getAttribute(name)) continue;
      element.dataset.theirs = element.getAttribute(name);  // what the style sheet goes by
      element.setAttribute(name, said);
    }
  };
  const under = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return inText(node);
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    inNames(node);
    for (const element of node.querySelectorAll("*")) inNames(element);
    const walk = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) inText(walk.currentNode);
  };
  window.foreseyeWidgets?.disconnect();
  window.foreseyeWidgets = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "characterData") inText(change.target);
      else if (change.type === "attributes") inNames(change.target);
      else change.addedNodes.forEach(under);
    }
  });
  window.foreseyeWidgets.observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: NAMED,
  });
  under(document.body);
  if (document.title) document.title = words.title;
})();
