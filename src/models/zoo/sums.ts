/**
 * SHA-256 of torchvision's files, by name. Their publisher puts the first eight digits into the name; the others are as people who downloaded
 * them state them, each found in two places that do not copy each other, but for EfficientNet B1 (a program that checks it) and B2 (PyTorch's
 * own error message in pytorch/vision#7744).
 */
export const sha256Sums = {
  'mobilenet_v2-b0353104.pth': 'b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889',
  'mobilenet_v2-7ebf99e0.pth': '7ebf99e03e254b273379b23edca7ec0da9f48273b23a332b93c1c99d49e86e8f',
  'mobilenet_v3_small-047dcff4.pth': '047dcff4addef86ea5bc2eff13c9614dc11f47ab1160d0a71a25e7db994f4e1f',
  'mobilenet_v3_large-8738ca79.pth': '8738ca797c879b547d18bbd15da5736ff2557b2036a9af72225393ca61759a04',
  'mobilenet_v3_large-5c1a4163.pth': '5c1a416349c4cf298f2a6a5e2600ed0ee55e604713578f5e74e6bc8bcaef7997',
  'squeezenet1_1-b8a52dc0.pth': 'b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b',
  'efficientnet_b0_rwightman-7f5810bc.pth': '7f5810bc96def8f7552d5b7e68d53c4786f81167d28291b21c0d90e1fca14934',
  'efficientnet_b1-c27df63c.pth': 'c27df63ce6eb17ef8bcea58922fd3a254cba910c720f41ee89d64d99fb7a4ddf',
  'efficientnet_b2_rwightman-c35c1473.pth': 'c35c147384e385a5bab5a8eabdabbe5a3df0487ee4a554108626ae474a5bf755',
  'efficientnet_b3_rwightman-b3899882.pth': 'b3899882250c22946d0229d266049fcd133c169233530b36b9ffa7983988362f',
  'resnet18-f37072fd.pth': 'f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec',
  'resnet34-b627a593.pth': 'b627a593bcbe140c234610266fe4f8ae95ea42fc881d091c9b6052e6b1d0590f',
  'resnet50-0676ba61.pth': '0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a',
  'resnet50-11ad3fa6.pth': '11ad3fa62ca79e40addfd354a8ec4b7c75143b3038b8d2a807fbc68deab379ca',
  'resnet101-63fe2227.pth': '63fe2227b86e8f1f2063f43a75c84d195911b6a0eace650907dd3dc62dd49a0a',
  'convnext_tiny-983f1562.pth': '983f1562536e84ff750a1576fb08e54de751dbf2e17c0d8a4a13704341fdcd3d',
  'densenet121-a639ec97.pth': 'a639ec97d7c33b07ae66f0b5fb7d0192f95a3b11b7576c66c0126c2a727c4395',
  'inception_v3_google-0cc3c7bd.pth': '0cc3c7bd75056d25e46cba549dc184522069b81e9787eff6df84f397bd52a5ef',
  'vgg16-397923af.pth': '397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0',
  'vgg19-dcbb9e9d.pth': 'dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44',
} as const;
