using System.Collections.Immutable;
using ApeTest.Targets.OpenApi;

namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>What a login or a registration asks for: who, then the secret.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Fields">Its fields, secrets last.</param>
internal sealed record LoginForm(OperationSpec Operation, ImmutableArray<LoginField> Fields)
{
    /// <summary>Whether the document shows a value for every field.</summary>
    public bool HasExamples => Fields.All(static each => each.Example is not null);

    /// <summary>How a goal says it: <c>Log in as {{user.name}} / {{user.password}}</c>.</summary>
    public string Words => Fields is [var who, var secret]
        ? $"Log in as {{{{user.{who.Column}}}}} / {{{{user.{secret.Column}}}}}"
        : $"Log in with {string.Join(" and ", Fields.Select(static each => $"{each.Name} {{{{user.{each.Column}}}}}"))}";
}

/// <summary>One field of a login.</summary>
/// <param name="Name">Name in the request.</param>
/// <param name="IsSecret">Whether its value is a credential.</param>
/// <param name="Example">Value that the document shows; null for none.</param>
internal sealed record LoginField(string Name, bool IsSecret, string? Example)
{
    /// <summary>Name of the column of <c>users.csv</c>.</summary>
    public string Column { get; } = new([.. Name.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '_')]);
}
