using Microsoft.Playwright;

namespace ApeTest.EndToEnd.Tests.Reports;

/// <summary>Contrast of the visible text of a page (WCAG 2.2, 1.4.3: 4.5, of large text 3), computed from the styles that the browser applies.</summary>
internal static class Contrast
{
    private const string Script = """
        () => {
          const parse = text => { const n = text.match(/[\d.]+/g).map(Number); return { r: n[0], g: n[1], b: n[2], a: n.length > 3 ? n[3] : 1 }; };
          const over = (top, below) => ({ r: top.r * top.a + below.r * (1 - top.a), g: top.g * top.a + below.g * (1 - top.a), b: top.b * top.a + below.b * (1 - top.a), a: 1 });
          const light = c => { const f = v => { v /= 255; return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); }; return 0.2126 * f(c.r) + 0.7152 * f(c.g) + 0.0722 * f(c.b); };
          const back = element => {
            const layers = [];
            for (let e = element; e; e = e.parentElement) {
              const c = parse(getComputedStyle(e).backgroundColor);
              layers.push(c);
              if (c.a === 1) { break; }
            }
            return layers.reverse().reduce((below, top) => over(top, below), { r: 255, g: 255, b: 255, a: 1 });
          };
          const bad = []; let seen = 0;
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            if (!walker.currentNode.textContent.trim() || ['SCRIPT', 'STYLE', 'TITLE', 'title', 'OPTION'].includes(element.tagName)) { continue; }
            const box = element.getBoundingClientRect(), style = getComputedStyle(element);
            if (box.width < 2 || box.height < 2 || style.visibility === 'hidden' || !element.checkVisibility()) { continue; }
            const below = back(element), text = over(parse(element instanceof SVGElement ? style.fill : style.color), below);
            const x = light(text), y = light(below), ratio = (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
            const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
            seen++;
            if (ratio < (large ? 3 : 4.5)) { bad.push(ratio.toFixed(2) + ' ' + element.tagName + '.' + (element.getAttribute('class') || '') + ': ' + walker.currentNode.textContent.trim().slice(0, 40)); }
          }
          return [String(seen), ...new Set(bad)];
        }
        """;

    /// <summary>How many texts were looked at, and those that are too faint.</summary>
    public static async Task<(int Seen, string[] TooFaint)> OfAsync(IPage page)
    {
        var found = await page.EvaluateAsync<string[]>(Script);
        return (int.Parse(found[0], System.Globalization.CultureInfo.InvariantCulture), found[1..]);
    }
}
