using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner.Browsing;

/// <summary>
/// A way through a site of pages, for targets without a description: reads a page, submits the form that does what the next intent wants,
/// or follows the link that leads nearer. It keeps nothing between requests.
/// </summary>
internal sealed class PageWay : IWay
{
    private const int MostMoves = 8;

    private static readonly FrozenSet<string> LoginWords = Words.Set("login signin log sign session account auth");
    private static readonly FrozenSet<string> LogoutWords = Words.Set("logout signout out");
    private static readonly FrozenSet<string> RegisterWords = Words.Set("register signup registration join up create");
    private static readonly FrozenSet<string> AddWords = Words.Set("add cart basket buy order book reserve purchase");
    private static readonly FrozenSet<string> OrderWords = Words.Set("checkout order place confirm purchase pay buy complete");
    private static readonly FrozenSet<string> CartWords = Words.Set("cart basket bag checkout");
    private static readonly FrozenSet<string> SearchWords = Words.Set("search find query filter");
    private static readonly FrozenSet<string> ListWords = Words.Set("product shop catalogue catalog browse all item list store");

    private readonly PlanContext _context;
    private readonly ArgumentFinder _arguments;
    private readonly List<PageStep> _steps = [];
    private readonly HashSet<string> _followed = new(StringComparer.Ordinal);
    private readonly string _start;
    private Page? _page;
    private string? _redirect;
    private bool _began;

    public PageWay(PlanContext context, IReadOnlyList<Intent> intents, string start)
    {
        _context = context;
        _arguments = new ArgumentFinder(context);
        _start = start;
        foreach (var intent in intents.Where(intent => intent.Kind != IntentKind.Choose))
        {
            _steps.Add(new PageStep(intent, PagePart.Do));
            if (intent.Kind == IntentKind.Buy)
            {
                _steps.Add(new PageStep(intent, PagePart.CheckOut));
            }
        }

        Stuck = _steps.Count == 0 ? "the goal names nothing to do" : null;
    }

    public string? Stuck { get; private set; }

    public Suggestion? Suggest()
    {
        if (Stuck is not null)
        {
            return null;
        }

        if (!_began || _redirect is not null)
        {
            var path = _redirect ?? _start;
            return new Suggestion("http_get", new JsonObject { ["path"] = path }, $"read {path}");
        }

        while (_steps.Find(step => !step.IsDone) is { } step)
        {
            var next = step.Moves >= MostMoves ? null : Move(step);
            if (next is not null)
            {
                return next;
            }

            if (step.IsDone)
            {
                continue;
            }

            // A cart is an assumption: where one form buys at once there is none to check out.
            if (step.Part == PagePart.CheckOut || step.Intent.Kind == IntentKind.Logout && _steps.Exists(other => other.IsDone && other.Intent.Kind != IntentKind.Login))
            {
                step.IsDone = true;
                continue;
            }

            Stuck = $"{step.Intent.Text}: no form or link of the page \"{_page?.Title}\" leads there";
            return null;
        }

        return null;
    }

    public void Observe(PastCall past)
    {
        var next = Suggest();
        _began = true;
        if (next is not null && next.Tool == past.Tool && past.Answer.Status is 429 or 503 && _steps.Find(step => !step.IsDone) is { Repeats: < 2 } waiting)
        {
            waiting.Repeats++;
            _began = _page is not null || _redirect is not null;
            return;
        }

        var open = _steps.Find(step => !step.IsDone);
        var wasForm = open?.Pending;
        if (_redirect is null && open is not null)
        {
            open.Moves++;
        }

        if (next is not null && next.Arguments["link"]?.ToString() is { } link)
        {
            _followed.Add(link);
        }
        else if (next is not null && wasForm is null && next.Arguments["path"]?.ToString() is { } path)
        {
            _followed.Add(path);
        }

        _redirect = past.Answer.Status is >= 300 and < 400 && past.Answer.Location.Length > 0 ? past.Answer.Location : null;
        _page = Page.Read(past.Answer.Body) ?? (_redirect is null && past.Answer.Succeeded ? new Page() : _page);
        if (open is null || wasForm is null || next is null)
        {
            return;
        }

        open.Pending = null;
        open.Submitted.Add(wasForm.Action + " " + string.Join(' ', wasForm.Words));
        var refused = !past.Answer.Succeeded || (_redirect is null && open.Intent.Kind is IntentKind.Login && _page!.Forms.Any(form => form.HasPassword));
        if (refused)
        {
            Stuck = open.Tries++ < 1 && past.Answer.Status is 400 or 409 or 422 ? null
                : $"{open.Intent.Text}: the form {wasForm.Action} was refused with {past.Answer.Status}";
            return;
        }

        open.IsDone = !open.IsSearch;
        open.IsSearch = false;
    }

    // The next click or form of a step; null when none leads nearer, or (then it is done) when the page already shows what it asks for.
    private Suggestion? Move(PageStep step)
    {
        var page = _page ?? new Page();
        var kind = step.Intent.Kind;
        if (kind is IntentKind.Login or IntentKind.Register)
        {
            var words = kind == IntentKind.Login ? LoginWords : RegisterWords;
            var form = page.Forms.Where(form => form.HasPassword).OrderByDescending(form => form.Words.Count(words.Contains)).FirstOrDefault();
            return form is not null ? Submit(step, form) : Follow(page, link => Hits(link, words));
        }

        if (kind == IntentKind.Logout)
        {
            var form = page.Forms.FirstOrDefault(form => form.Words.Any(LogoutWords.Contains));
            if (form is not null)
            {
                return Submit(step, form);
            }

            if (page.Links.FirstOrDefault(link => Hits(link, LogoutWords) > 0) is { Href: not null } link)
            {
                step.IsDone = true;
                var leave = Click(link);
                step.IsDone = false;
                step.Pending = new PageForm { Action = link.Href, Method = "GET", Words = ["logout"], Values = new Dictionary<string, string>(), Operation = Operation.Read("page_follow", "", default) };
                return leave;
            }

            return null;
        }

        if (step.Part == PagePart.CheckOut)
        {
            return BestForm(page, step, form => form.Words.Count(OrderWords.Contains) - (form.Words.Any(SearchWords.Contains) || Adds(form) ? 5 : 0)) is { } order ? Submit(step, order)
                : Follow(page, link => Hits(link, CartWords));
        }

        return Do(page, step);
    }

    private Suggestion? Do(Page page, PageStep step)
    {
        var intent = step.Intent;
        var names = intent.Phrases.Where(phrase => phrase.Preposition is "" or "of" or "by").SelectMany(phrase => phrase.Tokens).Where(IsName).ToList();
        var creates = intent.Kind == IntentKind.Create && !intent.PointsBack;
        // 1. The form that does it, once the page is about the thing that is meant.
        var here = creates || (names.Count == 0 && intent.Object.Order is null) || intent.PointsBack || names.Exists(name => page.Title.Contains(name.Text, StringComparison.OrdinalIgnoreCase)) || step.Moves > 1;
        if (intent.Kind != IntentKind.Read && here && BestForm(page, step, form => Fit(form, intent)) is { } form)
        {
            return Submit(step, form);
        }

        if (intent.Kind == IntentKind.Read && names.Count > 0 && step.Moves > 0
            && names.TrueForAll(name => page.Title.Contains(name.Text, StringComparison.OrdinalIgnoreCase) || page.Text.Contains(name.Text, StringComparison.OrdinalIgnoreCase)))
        {
            step.IsDone = true;
            return null;
        }

        // 2. The link to what is named; of several the one that the order asks for.
        var scored = page.Links.Where(link => !_followed.Contains(link.Href)).Select(link => (Link: link, Score: names.Sum(name => NameFit(link.Text, name)))).Where(entry => entry.Score > 0).ToList();
        if (scored.Count == 0 && names.Count == 0 && intent.Object.Order is { Fields.Count: > 0 })
        {
            // "the cheapest product": all that have a price
            scored = [.. page.Links.Where(link => !_followed.Contains(link.Href) && page.NumberBehind(link.Text) is not null).Select(link => (link, 1.0))];
        }

        if (scored.Count > 0)
        {
            var most = scored.Max(entry => entry.Score);
            var top = scored.Where(entry => entry.Score >= most - 0.01).Select(entry => entry.Link).ToList();
            if (intent.Object.Order is { Fields.Count: > 0 } order && top.Exists(link => page.NumberBehind(link.Text) is not null))
            {
                top = [.. (order.Descending ? top.OrderByDescending(link => page.NumberBehind(link.Text) ?? decimal.MinValue) : top.OrderBy(link => page.NumberBehind(link.Text) ?? decimal.MaxValue))];
            }

            return Click(top[0]);
        }

        // 3. A search; 4. the list of what there is; 5. the form after all.
        if (!step.HasSearched && names.Count > 0 && page.Forms.FirstOrDefault(form => form.Method == "GET" && form.Operation.Parameters.Length > 0 && (form.Words.Any(SearchWords.Contains) || form.Operation.Parameters.Any(parameter => parameter.Name is "q" or "query" or "search"))) is { } search)
        {
            (step.HasSearched, step.IsSearch) = (true, true);
            var text = names.Find(name => name.Kind == TokenKind.Literal)?.Text ?? names.LastOrDefault()?.Text ?? "";
            return Submit(step, search, new JsonObject { [search.Operation.Parameters[0].Name] = text });
        }

        return Follow(page, link => Hits(link, ListWords))
            ?? (intent.Kind != IntentKind.Read && BestForm(page, step, form => Fit(form, intent)) is { } last ? Submit(step, last) : null);
    }

    private static bool IsName(GoalToken token) => token.Kind is TokenKind.Literal or TokenKind.Id
        || (token.Kind == TokenKind.Word && !Words.IsIdle(token.Stem) && !Order.IsWord(token) && !ListWords.Contains(token.Stem) && !CartWords.Contains(token.Stem));

    private static double NameFit(string text, GoalToken name) =>
        text.Equals(name.Text, StringComparison.OrdinalIgnoreCase) ? 4 : name.Kind != TokenKind.Word ? text.Contains(name.Text, StringComparison.OrdinalIgnoreCase) ? 3 : 0
        : Words.Split(text).Max(word => (double?)Words.Match(word, name.Stem)) ?? 0;

    private static double Fit(PageForm form, Intent intent)
    {
        var verb = form.Words.Max(word => (double?)Words.Match(word, intent.Verb)) ?? 0;
        var nouns = intent.Phrases.SelectMany(phrase => phrase.Content).Sum(token => form.Words.Max(word => (double?)Words.Match(word, token.Stem)) ?? 0);
        var buys = intent.Kind == IntentKind.Buy && Adds(form) ? 2 : 0;
        return form.HasPassword || form.Words.Any(LogoutWords.Contains) || form.Words.Any(SearchWords.Contains) ? 0 : (2 * verb) + nouns + buys;
    }

    private static bool Adds(PageForm form) => form.Words.Any(AddWords.Contains) && form.Words.Contains("add");

    private static PageForm? BestForm(Page page, PageStep step, Func<PageForm, double> score)
    {
        var best = page.Forms.Where(form => !step.Submitted.Contains(form.Action + " " + string.Join(' ', form.Words))).Select(form => (Form: form, Score: score(form))).OrderByDescending(entry => entry.Score).FirstOrDefault();
        return best.Score > 0 ? best.Form : null;
    }

    private static int Hits((string Text, string Href) link, FrozenSet<string> words) =>
        Words.Split(link.Text).Concat(Words.Split(link.Href.Split('?')[0])).Count(words.Contains);

    private Suggestion? Follow(Page page, Func<(string Text, string Href), int> score)
    {
        var best = page.Links.Where(link => !_followed.Contains(link.Href) && link.Href.StartsWith('/')).Select(link => (Link: link, Score: score(link))).OrderByDescending(entry => entry.Score).FirstOrDefault();
        return best.Score > 0 ? Click(best.Link) : null;
    }

    private Suggestion Click((string Text, string Href) link) => _context.Tools.HasPages
        ? new Suggestion("page_follow", new JsonObject { ["link"] = link.Href }, $"follow \"{link.Text}\"")
        : new Suggestion("http_get", new JsonObject { ["path"] = link.Href }, $"follow \"{link.Text}\"");

    private Suggestion Submit(PageStep step, PageForm form, JsonObject? given = null)
    {
        var fields = given ?? _arguments.Fill(form.Operation, new Step(step.Intent, form.Operation) { Failures = step.Tries }, 0).Arguments;
        step.Pending = form;
        var thought = $"{step.Intent.Text}: submit {form.Action}";
        if (_context.Tools.HasPages)
        {
            var index = _page!.Forms.ToList().IndexOf(form) + 1;
            return new Suggestion("page_submit", new JsonObject { ["fields"] = fields, ["form"] = index }, thought);
        }

        var all = form.Values.ToDictionary(StringComparer.Ordinal);
        foreach (var (name, value) in fields)
        {
            all[name] = value?.ToString() ?? "";
        }

        var encoded = string.Join('&', all.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Escape(pair.Value)}"));
        return form.Method == "GET"
            ? new Suggestion("http_get", new JsonObject { ["path"] = form.Action + (form.Action.Contains('?', StringComparison.Ordinal) ? "&" : "?") + encoded }, thought)
            : new Suggestion("http_post", new JsonObject
            {
                ["path"] = form.Action,
                ["body"] = encoded,
                ["headers"] = new JsonObject { ["Content-Type"] = "application/x-www-form-urlencoded" },
            }, thought);
    }

    // A placeholder such as {{user.password}} is filled in when the call is made: it must stay as it is.
    private static string Escape(string value) => value.StartsWith("{{", StringComparison.Ordinal) ? value : Uri.EscapeDataString(value);
}
