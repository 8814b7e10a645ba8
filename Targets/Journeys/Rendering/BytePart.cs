using ApeTest.Scenarios.Data.Generators;

namespace ApeTest.Targets.Journeys.Rendering;

/// <summary>One part of a <see cref="ByteTemplate"/>: bytes as they are, a value, or what a generator gives.</summary>
internal readonly struct BytePart
{
    private BytePart(byte[]? literal, ValueSlot? slot, Generator? generator, Place place) => (Literal, Slot, Generator, Place) = (literal, slot, generator, place);

    /// <summary>Bytes as they are; null for another part.</summary>
    public byte[]? Literal { get; }

    /// <summary>The value; null for another part.</summary>
    public ValueSlot? Slot { get; }

    /// <summary>The generator; null for another part.</summary>
    public Generator? Generator { get; }

    /// <summary>Where the value stands.</summary>
    public Place Place { get; }

    /// <summary>Its name in the scenario; null for bytes.</summary>
    public string? Name => Slot?.Name ?? Generator?.Text;

    public static BytePart Of(byte[] literal) => new(literal, null, null, Place.Text);

    public static BytePart Of(ValueSlot slot, Place place) => new(null, slot, null, place);

    public static BytePart Of(Generator generator, Place place) => new(null, null, generator, place);
}
