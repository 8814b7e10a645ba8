using ApeTest.Scenarios.Data.Generators;

namespace ApeTest.Scenarios.Data;

/// <summary>What a part of a <see cref="Template"/> is.</summary>
public enum TemplateSegmentKind
{
    /// <summary>Characters as they are.</summary>
    Literal,

    /// <summary>A value by its name.</summary>
    Name,

    /// <summary>A generator's call.</summary>
    Generator,
}

/// <summary>One part of a <see cref="Template"/>.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The characters of a literal, without escapes; the name of a value or the call of a generator, without its flag.</param>
/// <param name="IsJson">Whether it was written with <c>:json</c>, as <c>{{name:json}}</c>: in a JSON text its value stands as it is, without quotes.</param>
/// <param name="Generator">The generator; null for another kind.</param>
public readonly record struct TemplateSegment(TemplateSegmentKind Kind, string Text, bool IsJson = false, Generator? Generator = null);
