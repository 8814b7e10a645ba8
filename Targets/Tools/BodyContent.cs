namespace ApeTest.Targets.Tools;

/// <summary>A body as it is sent.</summary>
/// <param name="Content">The bytes; empty for none.</param>
/// <param name="ContentType">Content type; null where there is no body.</param>
internal readonly record struct BodyContent(ReadOnlyMemory<byte> Content, string? ContentType);
