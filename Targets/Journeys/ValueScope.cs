using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Data;

namespace ApeTest.Targets.Journeys;

/// <summary>The values that one step may name, and where it stands, for errors and for what its generators draw by.</summary>
/// <param name="table">All values.</param>
/// <param name="where">For example <c>journey buy, step 3 (checkout)</c>.</param>
/// <param name="known">Names that may be used.</param>
internal sealed class ValueScope(ValueTable table, string where, IReadOnlySet<string> known)
{
    private int _texts;

    /// <summary>The value of that name; throws <see cref="ApeTestException"/> (exit 2) where nothing gives it.</summary>
    public ValueSlot Slot(string name)
    {
        if (!known.Contains(name) || table.Find(name) is not { } slot)
        {
            Fail($"nothing gives '{Template.Placeholder(name)}'", "Extract it in a step before, or name a column of a feed.");
            return null;
        }
        slot.MarkUsed();
        return slot;
    }

    /// <summary>Reads a text; its generators draw by this place.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isSecret">Whether its values travel where credentials do, and are shown nowhere.</param>
    public Template Parse(string text, bool isSecret = false)
    {
        var template = Template.Parse(text, string.Create(CultureInfo.InvariantCulture, $"{where}#{_texts++}"));
        table.Note(template);
        foreach (var name in isSecret ? template.Placeholders : [])
        {
            Slot(name).MarkSecret();
        }
        return template;
    }

    /// <summary>Throws what is wrong here.</summary>
    [DoesNotReturn]
    public void Fail(string message, string? hint) => throw new ApeTestException($"{where}: {message}.", hint, ExitCodes.Input);
}
