using System.Collections.Frozen;
using System.Collections.Immutable;

namespace ApeTest.Targets.OpenApi;

/// <summary>How a body is written.</summary>
public enum BodyKind
{
    /// <summary>JSON.</summary>
    Json,

    /// <summary><c>application/x-www-form-urlencoded</c>.</summary>
    Form,

    /// <summary><c>multipart/form-data</c>, or another multipart type.</summary>
    Multipart,

    /// <summary>Text as it is.</summary>
    Raw,

    /// <summary>A file as it is: text, or bytes in base 64.</summary>
    File,
}

/// <summary>The request body of an operation.</summary>
/// <param name="Kind">How it is written.</param>
/// <param name="ContentType">Content type.</param>
/// <param name="Flattened">Names of body properties that are arguments of their own.</param>
/// <param name="HasBodyArgument">Whether there is an argument <see cref="Argument"/>: the whole body, or the properties that collide with a parameter.</param>
public sealed record BodySpec(BodyKind Kind, string ContentType, ImmutableArray<string> Flattened, bool HasBodyArgument)
{
    /// <summary>Name of the argument that holds what is not flattened. Default <c>body</c>; another where a parameter has that name.</summary>
    public string Argument { get; init; } = "body";

    /// <summary>Whether arguments that nothing else declares are properties of the body (<c>additionalProperties</c>). Default false.</summary>
    public bool TakesMore { get; init; }

    /// <summary>How single properties of a form are written; those not in it as their value asks for.</summary>
    public FrozenDictionary<string, FormField> Fields { get; init; } = FrozenDictionary<string, FormField>.Empty;
}

/// <summary>How one property of a form travels (OpenAPI's <c>encoding</c>).</summary>
/// <param name="IsFile">Whether it is a file: its argument is text or <c>{filename, contentType, text | base64}</c>. An array holds several.</param>
/// <param name="ContentType">Content type of its part; null: by its value.</param>
/// <param name="Style">Style in <c>application/x-www-form-urlencoded</c>; null: an array repeats its name, an object is JSON.</param>
/// <param name="Explode">Whether arrays and objects become several pairs.</param>
public sealed record FormField(bool IsFile, string? ContentType, string? Style, bool Explode);
