using System.Text.Json;
using System.Text.Json.Serialization;

namespace Segue;

/// <summary>Numbers in JSON have as many decimals as mean something.</summary>
internal static class Rounded
{
    public static decimal To4(double value) => double.IsFinite(value) ? Math.Round((decimal)value, 4) : 0;

    public static double To6(double value) => double.IsFinite(value) ? Math.Round(value, 6) : 0;
}

/// <summary>Writes a number with four decimals.</summary>
internal sealed class FourDecimals : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumberValue(Rounded.To4(value));
}

/// <summary>Writes a number with six decimals.</summary>
internal sealed class SixDecimals : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumberValue(Rounded.To6(value));
}
