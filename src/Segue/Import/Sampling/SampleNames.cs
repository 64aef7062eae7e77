namespace Segue.Import;

/// <summary>
/// Names for a world that does not exist: bands of made-up syllables, titles of plain words. No list of real names is used, and the syllables
/// are strange enough that a match with a real act would be an accident.
/// </summary>
internal sealed class SampleNames(SampleRandom random)
{
    private static readonly string[] s_onsets =
        ["b", "br", "d", "dr", "f", "g", "gl", "h", "j", "k", "kr", "l", "m", "n", "p", "pl", "qu", "r", "s", "sk", "t", "tr", "v", "w", "z", "zh"];

    private static readonly string[] s_vowels = ["a", "e", "i", "o", "u", "ae", "ei", "ou", "y"];
    private static readonly string[] s_codas = ["", "", "", "l", "m", "n", "nd", "r", "rk", "s", "sk", "th", "x"];
    private static readonly string[] s_places = ["Harbor", "Orchard", "Lantern", "Meridian", "Turbine", "Pavilion", "Glacier", "Carousel", "Observatory", "Thicket"];

    // Title words for the four corners of energy and valence.
    private static readonly string[] s_angry = ["Iron", "Broken", "Burning", "Black", "Rust", "Thunder", "Hollow", "Venom", "Storm", "Ash"];
    private static readonly string[] s_happy = ["Bright", "Golden", "Electric", "Summer", "Dancing", "Neon", "Carnival", "Sunlit", "Sparkling", "Holiday"];
    private static readonly string[] s_sad = ["Rainy", "Lonely", "Pale", "Winter", "Fading", "Quiet", "Empty", "Grey", "Distant", "Sleepless"];
    private static readonly string[] s_calm = ["Gentle", "Slow", "Tender", "Morning", "Soft", "Honey", "Drifting", "Lazy", "Warm", "Paper"];
    private static readonly string[] s_things =
    [
        "Window", "River", "Engine", "Letter", "Mirror", "Garden", "Highway", "Compass", "Signal", "Staircase", "Kite", "Tide", "Lamp", "Shadow", "Bridge",
        "Feather", "Radio", "Clock", "Island", "Candle", "Station", "Satellite", "Ribbon", "Anchor", "Map",
    ];

    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

    public string Artist()
    {
        while (true)
        {
            string name = random.Below(5) switch
            {
                0 => $"The {Word(2)}s",
                1 => $"{Word(2)} {Word(2)}",
                2 => $"{Word(2)} {random.Pick(s_places)}",
                3 => $"{Word(2)} & the {Word(2)}s",
                _ => Word(3),
            };
            if (_taken.Add(name))
                return name;
        }
    }

    public string Title(double energy, double valence)
    {
        string[] mood = (energy > 0.6, valence > 0.5) switch
        {
            (true, false) => s_angry,
            (true, true) => s_happy,
            (false, false) => s_sad,
            (false, true) => s_calm,
        };
        string thing = random.Pick(s_things);
        return random.Below(5) switch
        {
            0 => $"{random.Pick(mood)} {thing}",
            1 => $"{thing} of {Word(2)}",
            2 => $"{random.Pick(mood)} {thing}, Part {1 + random.Below(4)}",
            3 => $"The {random.Pick(mood)} {thing}",
            _ => $"{random.Pick(mood)} {Word(2)}",
        };
    }

    private string Word(int syllables)
    {
        string word = "";
        for (int s = 0; s < syllables; s++)
            word += random.Pick(s_onsets) + random.Pick(s_vowels) + (s == syllables - 1 ? random.Pick(s_codas) : "");
        return char.ToUpperInvariant(word[0]) + word[1..];
    }
}

/// <summary>SplitMix64 (Steele, Lea and Flood 2014): the sample is the same bytes on every version of .NET, which <see cref="Random"/> does not
/// promise.</summary>
internal sealed class SampleRandom(ulong seed)
{
    private ulong _state = seed;

    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    public int Below(int count) => (int)(Unit() * count);

    public T Pick<T>(T[] from) => from[Below(from.Length)];

    /// <summary>A standard normal, as the sum of twelve uniform numbers less six: exact enough, and no libm whose last bit differs by
    /// platform.</summary>
    public double Normal()
    {
        double sum = -6;
        for (int i = 0; i < 12; i++)
            sum += Unit();
        return sum;
    }

    private ulong Next()
    {
        ulong z = _state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
