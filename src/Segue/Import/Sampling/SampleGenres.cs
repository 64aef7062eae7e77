using System.Globalization;

namespace Segue.Import;

/// <summary>
/// How music of a genre measures: mean and spread of each audio feature, rounded by hand after what Spotify's public tracks of that genre show.
/// The communities of the sample's listeners are groups of these genres.
/// </summary>
internal sealed record SampleGenre(string Name, int Community, (double Mean, double Spread)[] Features)
{
    /// <summary>The order of the columns in <see cref="s_table"/>.</summary>
    public enum Column
    {
        Danceability,
        Energy,
        Loudness,
        Speechiness,
        Acousticness,
        Instrumentalness,
        Liveness,
        Valence,
        Tempo,
        MajorShare,
        Seconds,
    }

    // genre | danceability | energy | loudness dB | speechiness | acousticness | instrumentalness | liveness | valence | tempo BPM | share in major |
    // seconds, each mean/spread; a blank line ends a community.
    private const string s_table =
        """
        metal        .46/.12 .85/.12  -5.4/2.2 .07/.05 .04/.08 .06/.15 .21/.15 .42/.20 128/28 .59 256/70
        death-metal  .37/.11 .93/.07  -5.3/2.1 .11/.06 .01/.03 .28/.30 .24/.16 .25/.15 124/28 .61 247/80
        heavy-metal  .43/.11 .87/.11  -5.8/2.5 .07/.05 .02/.05 .08/.18 .28/.20 .39/.16 127/27 .58 252/70

        techno       .68/.10 .75/.15  -8.1/3.0 .06/.04 .08/.13 .54/.32 .16/.12 .32/.22 128/14 .56 312/90
        house        .68/.10 .76/.11  -5.3/1.8 .07/.05 .11/.12 .10/.18 .19/.14 .49/.20 122/14 .51 191/40
        trance       .58/.11 .85/.11  -6.3/2.0 .07/.05 .04/.06 .42/.32 .23/.16 .28/.18 134/14 .48 269/90

        jazz         .51/.13 .35/.17 -11.6/4.0 .06/.05 .72/.20 .08/.20 .17/.12 .49/.23 113/30 .76 190/70
        blues        .57/.14 .58/.20  -8.5/3.3 .06/.05 .40/.28 .03/.10 .19/.13 .60/.22 117/29 .71 223/65
        soul         .60/.14 .53/.18  -8.3/2.8 .06/.04 .40/.25 .01/.05 .18/.14 .52/.23 115/27 .69 200/55

        folk         .56/.12 .50/.19  -9.0/3.2 .06/.05 .52/.27 .04/.11 .18/.13 .49/.22 118/27 .76 240/80
        acoustic     .55/.12 .42/.20  -9.5/3.5 .04/.02 .60/.27 .04/.12 .15/.10 .42/.20 119/28 .82 215/50
        songwriter   .56/.12 .43/.19  -9.8/3.4 .05/.04 .55/.27 .03/.09 .15/.09 .41/.19 120/29 .85 218/55

        hip-hop      .74/.11 .68/.14  -6.0/2.0 .16/.10 .19/.18 .01/.04 .19/.14 .55/.20 112/28 .48 207/50
        r-n-b        .63/.13 .58/.18  -7.5/2.7 .09/.08 .34/.25 .01/.04 .20/.17 .56/.22 112/27 .60 219/55
        funk         .71/.13 .67/.15  -6.5/2.7 .11/.10 .25/.21 .02/.06 .18/.14 .68/.19 114/23 .56 213/60

        classical    .36/.13 .17/.15 -20.2/6.0 .05/.03 .92/.08 .65/.33 .15/.11 .36/.24 108/30 .74 233/120
        piano        .44/.13 .24/.19 -18.0/6.5 .04/.02 .84/.19 .62/.36 .13/.09 .29/.20 113/32 .72 204/60
        opera        .31/.12 .32/.19 -13.6/5.5 .05/.03 .82/.20 .12/.22 .22/.18 .22/.15 106/30 .74 233/80

        ambient      .35/.14 .21/.17 -19.0/6.5 .04/.02 .80/.23 .72/.28 .13/.09 .16/.12 108/31 .62 260/100
        new-age      .35/.14 .21/.16 -18.5/5.3 .05/.02 .82/.21 .70/.28 .16/.14 .19/.14 106/30 .65 290/110
        sleep        .21/.12 .17/.17 -24.0/7.0 .05/.03 .80/.25 .75/.27 .16/.15 .10/.09  88/34 .71 190/90

        punk         .50/.12 .83/.14  -5.7/2.5 .06/.04 .07/.13 .03/.10 .22/.16 .57/.20 138/30 .73 190/55
        ska          .58/.13 .79/.14  -6.4/2.5 .07/.05 .12/.15 .03/.09 .27/.21 .70/.19 131/29 .69 215/55
        grunge       .46/.11 .80/.14  -5.7/2.1 .06/.04 .05/.10 .04/.11 .22/.17 .40/.18 129/29 .66 236/50

        pop          .64/.13 .63/.16  -6.9/2.4 .07/.06 .30/.25 .01/.04 .16/.10 .51/.20 120/28 .60 215/45
        dance        .70/.11 .73/.13  -5.4/1.7 .08/.06 .13/.14 .02/.07 .18/.12 .56/.20 122/20 .53 197/38
        synth-pop    .63/.11 .72/.15  -8.2/3.0 .05/.02 .13/.16 .08/.18 .17/.13 .60/.23 123/21 .61 245/55

        latin        .73/.11 .73/.13  -5.3/2.0 .08/.06 .18/.17 .01/.04 .17/.13 .66/.19 116/30 .55 214/40
        salsa        .67/.10 .72/.14  -6.9/2.7 .05/.04 .47/.19 .01/.06 .18/.15 .82/.12 120/31 .62 276/65
        reggaeton    .77/.08 .74/.11  -5.0/1.7 .11/.08 .16/.14 .01/.02 .17/.11 .64/.18 110/28 .51 213/50

        indie        .58/.13 .57/.19  -8.3/3.1 .05/.04 .35/.29 .06/.16 .16/.11 .47/.21 120/29 .72 215/50
        indie-pop    .61/.13 .58/.18  -8.0/2.9 .05/.04 .33/.28 .05/.14 .16/.11 .50/.21 120/28 .75 206/48
        alt-rock     .53/.12 .75/.16  -6.2/2.3 .05/.03 .11/.17 .05/.13 .20/.16 .50/.21 125/28 .64 235/50

        reggae       .75/.10 .64/.13  -6.8/2.4 .11/.08 .19/.17 .01/.04 .19/.14 .72/.17 102/28 .60 230/45
        dub          .68/.13 .58/.16  -8.8/3.0 .09/.07 .14/.17 .38/.30 .18/.14 .52/.22 108/30 .52 260/65
        trip-hop     .63/.13 .55/.16  -9.8/2.9 .06/.05 .26/.25 .42/.32 .16/.13 .38/.21  96/22 .46 275/75
        """;

    public static IReadOnlyList<SampleGenre> All { get; } = Parse();

    public static int CommunityCount => All[^1].Community + 1;

    public (double Mean, double Spread) this[Column column] => Features[(int)column];

    private static SampleGenre[] Parse()
    {
        List<SampleGenre> genres = [];
        int community = 0;
        foreach (string line in s_table.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.Length == 0)
            {
                community++;
                continue;
            }

            string[] cells = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            genres.Add(new SampleGenre(cells[0], community, [.. cells[1..].Select(c => c.Split('/')).Select(c => (Number(c[0]), c.Length > 1 ? Number(c[1]) : 0))]));
        }

        return [.. genres];
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
