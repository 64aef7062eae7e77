using System.CommandLine;

namespace Segue.Cli.Commands;

/// <summary>Tab completion: a script for each shell, which asks the hidden command 'complete' for what may stand where the cursor is.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> s_scripts = new()
    {
        ["bash"] = """
            _segue() {
                local word
                COMPREPLY=()
                while IFS= read -r word; do
                    COMPREPLY+=("$(printf '%q' "$word")")
                done < <("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
            }
            complete -o default -F _segue segue ./segue segue-cli
            """,
        ["zsh"] = """
            #compdef segue
            _segue() {
                local -a found
                found=("${(@f)$("${words[1]}" complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
                if [[ -n "${found[1]}" ]]; then compadd -- "${found[@]}"; else _files; fi
            }
            compdef _segue segue segue-cli
            """,
        ["fish"] = """
            function __segue_candidates
                set -l words (commandline -opc)
                set -l word (commandline -ct)
                set -l found ($words[1] complete -- $words[2..-1] "$word" 2>/dev/null)
                if test (count $found) -gt 0
                    printf '%s\n' $found
                else
                    __fish_complete_path "$word"
                end
            end
            complete -c segue -f -a '(__segue_candidates)'
            complete -c segue-cli -f -a '(__segue_candidates)'
            """,
        ["pwsh"] = """
            Register-ArgumentCompleter -Native -CommandName segue, segue-cli -ScriptBlock {
                param($word, $ast, $cursor)
                $words = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_".Trim('"', "'") })
                if ($word -eq '') { $words += '' }
                & $ast.CommandElements[0].Value complete -- @words 2>$null | ForEach-Object {
                    $value = if ($_ -match '^[\w.=-]+$') { $_ } else { "'" + ($_ -replace "'", "''") + "'" }
                    [System.Management.Automation.CompletionResult]::new($value, $_, 'ParameterValue', $_)
                }
            }
            """,
    };

    private static readonly Argument<string> s_shell = new Argument<string>("shell") { Description = "bash, zsh, fish or pwsh", HelpName = "SHELL" }
        .AcceptOnlyFromAmong([.. s_scripts.Keys]);

    private static readonly Argument<string[]> s_words = new("words") { Arity = ArgumentArity.ZeroOrMore };

    public static Command Create() => new Command("completion", "Prints a shell's script for tab completion: commands, options, genres, profiles, versions")
        .With(s_shell)
        .WithExamples(
            "source <(segue completion bash)                      # in ~/.bashrc",
            "source <(segue completion zsh)                       # in ~/.zshrc, behind compinit",
            "segue completion fish > ~/.config/fish/completions/segue.fish",
            "segue completion pwsh | Out-String | Invoke-Expression   # in $PROFILE")
        .Runs(session => session.Terminal.WriteDocument(s_scripts[session.Get(s_shell)].ReplaceLineEndings("\n") + "\n"));

    /// <summary>What the scripts ask: candidates for the last of the words, one a line. It never fails and says nothing else.</summary>
    public static Command CreateHidden()
    {
        Command command = new Command("complete", "Candidates for the last word").With(s_words).Runs(session =>
        {
            foreach (string candidate in CompletionCandidates.For(CommandLine.Create(), session.Get(s_words)))
                session.Terminal.Out.WriteLine(candidate);
        });
        command.Hidden = true;
        return command;
    }
}
