namespace ApeTest.EndToEnd.Tests.Dashboard;

/// <summary>Contrast of all visible text of a page by WCAG 2.2, 1.4.3.</summary>
internal static class Contrast
{
    /// <summary>Returns what is below AA, a line each; empty: nothing.</summary>
    public const string Script = """
        () => {
          const parse = (text) => { const n = text.match(/[\d.]+/g).map(Number); return { r: n[0], g: n[1], b: n[2], a: n.length > 3 ? n[3] : 1 }; };
          const channel = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
          const light = (c) => 0.2126 * channel(c.r) + 0.7152 * channel(c.g) + 0.0722 * channel(c.b);
          const behind = (element) => {
            for (let e = element; e; e = e.parentElement) {
              const c = parse(getComputedStyle(e).backgroundColor);
              if (c.a > 0.99) { return c; }
            }
            return matchMedia('(prefers-color-scheme: dark)').matches ? { r: 18, g: 18, b: 18 } : { r: 255, g: 255, b: 255 };
          };
          const bad = [];
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const element = node.parentElement;
            if (!node.textContent.trim() || !element.checkVisibility() || element.closest('title, .skip, .unseen, script')) { continue; }
            const style = getComputedStyle(element);
            const front = parse(element.closest('svg') ? style.fill : style.color);
            const [a, b] = [light(front), light(behind(element))].sort((x, y) => y - x);
            const ratio = (a + 0.05) / (b + 0.05);
            const size = parseFloat(style.fontSize);
            const least = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
            if (ratio < least) { bad.push(`${ratio.toFixed(2)} ${element.tagName}.${element.getAttribute('class') ?? ''}: ${node.textContent.trim().slice(0, 40)}`); }
          }
          return bad;
        }
        """;
}
