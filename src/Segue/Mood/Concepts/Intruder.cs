namespace Segue.Mood.Concepts;

/// <summary>What is no music for listening, or only at its time: it stays out of answers unless a wish asks for it.</summary>
[Flags]
internal enum Intruder
{
    None = 0,

    /// <summary>Rain, fans, brown noise: recordings to sleep by.</summary>
    Noise = 1,

    /// <summary>Music to sleep by that is no noise.</summary>
    Sleep = 2,

    /// <summary>Nursery rhymes and other songs for small children.</summary>
    Children = 4,

    /// <summary>Songs of cartoons, much of it dubbed or score.</summary>
    Cartoon = 8,

    /// <summary>Comedy, audio plays, chapters of books.</summary>
    Spoken = 16,
    Christmas = 32,

    /// <summary>Sung or played after somebody else, to sing along to.</summary>
    Karaoke = 64,

    /// <summary>Sped up or slowed down.</summary>
    Altered = 128,

    /// <summary>Carnival and beer-tent songs.</summary>
    Carnival = 256,
}
