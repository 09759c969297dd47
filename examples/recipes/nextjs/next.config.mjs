// The native addon is loaded by Node, and not bundled.
export default { serverExternalPackages: ['corsac'] }
