using System.Diagnostics;
using ApeTest.Targets.Journeys;
using ApeTest.Targets.Journeys.Reading;
namespace ApeTest.Targets.Tests.Journeys;
public sealed class ZMeasure
{
    [Fact]
    public void Measure()
    {
        var lines = new List<string>();
        void Run(string name, Func<string> page)
        {
            var p = page();
            var css = new CssSource("x y z", null);
            css.Take("<p>", out _);
            var w = TimeProvider.System.GetTimestamp();
            var e = HtmlCost.Excess(p);
            var guard = TimeProvider.System.GetElapsedTime(w);
            w = TimeProvider.System.GetTimestamp();
            var why = css.Take(p, out _);
            lines.Add($"{name}: {p.Length} chars guard {guard.TotalMilliseconds:0} ms, take {TimeProvider.System.GetElapsedTime(w).TotalMilliseconds:0} ms {why}");
            File.WriteAllLines("/tmp/fix-measure.txt", lines);
        }
        static string R(string s, int chars) => string.Concat(Enumerable.Repeat(s, chars / s.Length));
        const int K = 256 * 1024;
        for (var i = 0; i < 2; i++)
        {
            Run("b", () => R("<b></b>", K));
            Run("div", () => R("<p>", K));
            Run("table", () => R("<table><x></table>", K));
            Run("li", () => R("<li>", K));
            Run("unmatched", () => R("<i>", 255 * 3) + R("</x>", K - 3000));
            Run("unmatched2", () => R("<span>", 255 * 6) + R("</x>", K - 3000));
            Run("adoption", () => R("<a><div></a></div>", K));
            Run("formatting", () => "<p>" + string.Concat(Enumerable.Range(0, 200).Select(n => $"<b a={n}>")) + "</p>" + R("<p>x", 240 * 4));
            Run("select", () => R("<a><y>x</y></a>", K));
            Run("attrs50", () => "<a" + string.Concat(Enumerable.Range(0, 50000).Select(n => $" b{n:x}"))[..(K - 10)] + ">");
            Run("attrs10", () => "<a" + string.Concat(Enumerable.Range(0, 10000).Select(n => $" b{n:x}")) + ">");
            Run("entities", () => R("&amp", K));
        }
    }
}
