using ApeTest.Cli.Rendering;
using ApeTest.Scenarios;
using Spectre.Console;

namespace ApeTest.Cli.Commands.Init.Wizard;

/// <summary>Questions on the terminal: each with a line of help, a suggestion and a check.</summary>
internal sealed class Questions
{
    private const int MostShown = 8;

    private readonly IAnsiConsole _console;

    public Questions(CliEnvironment environment, bool noColor)
    {
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(environment.Error),
            Ansi = AnsiSupport.Yes,
            ColorSystem = noColor ? ColorSystemSupport.NoColors : ColorSystemSupport.Standard,
            Interactive = InteractionSupport.Yes,
        });
        _console.Profile.Width = Math.Max(40, environment.Width);
    }

    public void Title(string title, string what)
    {
        _console.MarkupLineInterpolated($"[bold]{title}[/]");
        _console.MarkupLineInterpolated($"{what}");
    }

    public void Note(string text) => _console.MarkupLineInterpolated($"[green]{Show.Safe(text)}[/]");

    public void Warn(string text) => _console.MarkupLineInterpolated($"[yellow]{Show.Safe(text)}[/]");

    public void Problem(ApeTestException exception)
    {
        _console.MarkupLineInterpolated($"[red]{Show.Safe(exception.Message)}[/]");
        if (exception.Hint is { } hint)
        {
            _console.MarkupLineInterpolated($"{string.Join('\n', hint.Split('\n').Select(Show.Safe))}");
        }
    }

    /// <summary>Asks for a text until <paramref name="read"/> takes it.</summary>
    /// <param name="question">The question.</param>
    /// <param name="help">What helps to answer it.</param>
    /// <param name="suggested">What Enter takes; null: an answer is needed.</param>
    /// <param name="read">Makes the value; throws <see cref="ApeTestException"/> for what is wrong.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<T> TextAsync<T>(string question, string help, string? suggested, Func<string, T> read, CancellationToken cancellationToken)
    {
        Ask(question, help);
        while (true)
        {
            var prompt = new TextPrompt<string>("[blue]>[/]") { AllowEmpty = true };
            if (suggested is { Length: > 0 })
            {
                prompt.DefaultValue(Markup.Escape(suggested));
            }
            var text = await prompt.ShowAsync(_console, cancellationToken);
            try
            {
                return read(suggested is { Length: > 0 } && text == Markup.Escape(suggested) ? suggested : text);
            }
            catch (ApeTestException exception)
            {
                Problem(exception);
            }
        }
    }

    public async Task<bool> ConfirmAsync(string question, bool otherwise, CancellationToken cancellationToken)
    {
        _console.WriteLine();
        return await new ConfirmationPrompt($"[bold]{Markup.Escape(question)}[/]") { DefaultValue = otherwise }.ShowAsync(_console, cancellationToken);
    }

    public async Task<string> ChooseAsync(string question, string help, IReadOnlyList<string> choices, CancellationToken cancellationToken)
    {
        Ask(question, help);
        var chosen = await new SelectionPrompt<string> { PageSize = MostShown, Converter = Shown, WrapAround = true }.AddChoices(choices).ShowAsync(_console, cancellationToken);
        _console.MarkupLineInterpolated($"[blue]>[/] {chosen}");
        return chosen;
    }

    public async Task<IReadOnlyList<string>> ChooseManyAsync(string question, string help, IReadOnlyList<string> choices, CancellationToken cancellationToken)
    {
        Ask(question, help);
        var prompt = new MultiSelectionPrompt<string> { PageSize = MostShown, Converter = Shown, InstructionsText = "" }.AddChoices(choices).Select(choices[0]);
        var chosen = await prompt.ShowAsync(_console, cancellationToken);
        foreach (var choice in chosen)
        {
            _console.MarkupLineInterpolated($"[blue]>[/] {choice}");
        }
        return chosen;
    }

    /// <summary>Says what is going on while it lasts.</summary>
    public Task<T> BusyAsync<T>(string what, Func<Task<T>> work) => _console.Status().StartAsync(Markup.Escape(what), _ => work());

    private void Ask(string question, string help)
    {
        _console.WriteLine();
        _console.MarkupLineInterpolated($"[bold]{question}[/]");
        _console.MarkupLineInterpolated($"[grey]{help}[/]");
    }

    // A line that the terminal wraps confuses the list; one that is broken here does not. The prompt's own marks take 6 columns.
    private string Shown(string choice) => string.Join("\n      ", TextWrap.Lines(Show.Safe(choice), _console.Profile.Width - 8).Select(Markup.Escape));
}
