namespace Segue.ModelFiles;

/// <summary>A version that is to be written.</summary>
/// <param name="Store">Of its kind.</param>
/// <param name="Card">Its card; the list of files is made by the store.</param>
/// <param name="WriteFiles">Writes the files into the folder it is given. No folders below it.</param>
internal sealed record VersionDraft(VersionStore Store, ModelCard Card, Action<string> WriteFiles);
